package io.rebalancer.playground;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;

/** What a person sees: lines, and on a terminal one line that is rewritten in place. */
final class Terminal {
    private static final Duration PLAIN_EVERY = Duration.ofSeconds(2);
    private static final int WIDTH = 78;

    private final PrintStream out;
    private final boolean interactive;
    private Instant lastPlain = Instant.EPOCH;
    private String lastText = "";
    private boolean open;

    Terminal(PrintStream out, boolean interactive) {
        this.out = out;
        this.interactive = interactive;
    }

    synchronized void line(String text) {
        closeLine();
        out.println(text);
        out.flush();
    }

    /** Shows how far something is: in place on a terminal, else as a line every two seconds. */
    synchronized void progress(String text) {
        if (interactive) {
            out.print("\r" + String.format("%-" + WIDTH + "s", text));
            out.flush();
            open = true;
        } else if (Duration.between(lastPlain, Instant.now()).compareTo(PLAIN_EVERY) >= 0) {
            lastPlain = Instant.now();
            if (text.equals(lastText)) {
                return;
            }
            lastText = text;
            out.println(text);
            out.flush();
        }
    }

    private void closeLine() {
        if (open) {
            out.println();
            open = false;
        }
    }
}
