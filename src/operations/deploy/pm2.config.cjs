/**
 * Four nodes on one machine: `pm2 start pm2.config.cjs`, and `pm2 reload carillon` for a deploy. Each job runs in one
 * of them. They share PORT, as PM2's cluster mode has it.
 */
module.exports = {
  apps: [
    {
      name: 'carillon',
      script: 'dist/main.js',
      exec_mode: 'cluster',
      instances: 4,
      // Each says when it is at work. Only then the process that it replaces is ended.
      wait_ready: true,
      listen_timeout: 60_000,
      // TASKS_SHUTDOWN_GRACE_MS and ten seconds: runs end in their own time.
      kill_timeout: 20_000,
      env: { NODE_ENV: 'production' },
    },
  ],
};
