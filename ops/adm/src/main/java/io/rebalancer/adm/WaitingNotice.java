package io.rebalancer.adm;

import java.io.PrintWriter;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Shows that a response is still pending: a line after three seconds, then a dot every two seconds. */
final class WaitingNotice implements AutoCloseable {
    private static final long INITIAL_DELAY_SECONDS = 3;
    private static final long INTERVAL_SECONDS = 2;

    private final PrintWriter out;
    private final String line;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "waiting-notice");
        thread.setDaemon(true);
        return thread;
    });

    WaitingNotice(PrintWriter out, String line) {
        this.out = out;
        this.line = line;
    }

    /** Starts the timer. */
    @SuppressWarnings("FutureReturnValueIgnored")
    void start() {
        timer.schedule(() -> print(line + "\n"), INITIAL_DELAY_SECONDS, TimeUnit.SECONDS);
        timer.scheduleAtFixedRate(
                () -> print("."), INITIAL_DELAY_SECONDS + INTERVAL_SECONDS, INTERVAL_SECONDS, TimeUnit.SECONDS);
    }

    private void print(String text) {
        out.print(text);
        out.flush();
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
