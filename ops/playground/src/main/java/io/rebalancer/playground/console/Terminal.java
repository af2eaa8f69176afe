package io.rebalancer.playground.console;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;

/** Prints lines for a person. On an interactive terminal, progress is one line that is rewritten in place. */
public final class Terminal {
    private static final Duration PLAIN_PROGRESS_INTERVAL = Duration.ofSeconds(2);
    private static final int WIDTH = 78;

    private final PrintStream out;
    private final boolean interactive;
    private Instant lastPlainProgress = Instant.EPOCH;
    private String lastText = "";
    private boolean progressShown;

    /** @param interactive whether a line can be rewritten in place; false for a file or a pipe */
    public Terminal(PrintStream out, boolean interactive) {
        this.out = out;
        this.interactive = interactive;
    }

    /** A terminal that discards everything. */
    public static Terminal silent() {
        return new Terminal(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8), false);
    }

    /** Prints a line; a progress line above it stays as it is. */
    public synchronized void line(String text) {
        endProgress();
        out.println(text);
        out.flush();
    }

    /** Shows progress: in place on an interactive terminal, otherwise as a new line every two seconds at most. */
    public synchronized void progress(String text) {
        if (interactive) {
            out.print("\r" + String.format("%-" + WIDTH + "s", text));
            out.flush();
            progressShown = true;
        } else if (Duration.between(lastPlainProgress, Instant.now()).compareTo(PLAIN_PROGRESS_INTERVAL) >= 0) {
            lastPlainProgress = Instant.now();
            if (text.equals(lastText)) {
                return;
            }
            lastText = text;
            out.println(text);
            out.flush();
        }
    }

    private void endProgress() {
        if (progressShown) {
            out.println();
            progressShown = false;
        }
    }
}
