package io.rebalancer.adm;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The lines of an exported log. Only a line feed ends a line, and each byte is one character, so no byte is lost: a carriage
 * return is part of its line. Fails with {@link UncheckedIOException} if the file can't be read.
 */
final class LogLines implements Iterator<String> {
    /** Longer than any entry. The rest of a longer line is returned as another line. */
    private static final int MAX_LENGTH = 1 << 20;

    private final InputStream in;
    private int next;

    LogLines(InputStream in) {
        this.in = new BufferedInputStream(in);
        this.next = read();
    }

    @Override
    public boolean hasNext() {
        return next >= 0;
    }

    @Override
    public String next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        StringBuilder line = new StringBuilder();
        while (next >= 0 && next != '\n' && line.length() < MAX_LENGTH) {
            line.append((char) next);
            next = read();
        }
        if (next == '\n') {
            next = read();
        }
        return line.toString();
    }

    private int read() {
        try {
            return in.read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
