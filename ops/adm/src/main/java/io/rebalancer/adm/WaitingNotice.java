package io.rebalancer.adm;

import java.io.PrintWriter;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Tells whoever waits that an answer takes its time: a line after three seconds, then a dot every two. */
final class WaitingNotice implements AutoCloseable {
    private static final long FIRST_SECONDS = 3;
    private static final long NEXT_SECONDS = 2;

    private final PrintWriter out;
    private final String line;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "patience");
        thread.setDaemon(true);
        return thread;
    });

    WaitingNotice(PrintWriter out, String line) {
        this.out = out;
        this.line = line;
    }

    /** Starts the clock. */
    @SuppressWarnings("FutureReturnValueIgnored")
    void begin() {
        timer.schedule(() -> say(line + "\n"), FIRST_SECONDS, TimeUnit.SECONDS);
        timer.scheduleAtFixedRate(() -> say("."), FIRST_SECONDS + NEXT_SECONDS, NEXT_SECONDS, TimeUnit.SECONDS);
    }

    private void say(String text) {
        out.print(text);
        out.flush();
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
