package io.rebalancer.testsupport;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Properties;

/**
 * Bytes that a hot path allocates for an object, compared with the figures in {@code allocation-figures.properties} beside a test.
 * Times depend on how busy a machine is; allocations do not, and nearly all waste allocates. The JVM of the test must not remove
 * allocations: {@code -XX:TieredStopAtLevel=1}.
 */
public final class AllocationFigures {
    private static final String FILE = "allocation-figures.properties";
    private static final double TOLERANCE = 0.1;

    private final Properties figures = new Properties();

    private AllocationFigures() {}

    /** Reads the figures beside a test. */
    public static AllocationFigures of(Class<?> test) {
        AllocationFigures read = new AllocationFigures();
        try (InputStream in = test.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new AssertionError("the resources of " + test.getPackageName() + " have no " + FILE);
            }
            read.figures.load(in);
            return read;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Compares a figure, and prints it.
     *
     * @param path name of the figure
     * @param bytes measured bytes for an object
     * @throws AssertionError if it differs by more than a tenth: also if it is smaller, because the next increase would then be
     *     overlooked
     */
    public void check(String path, double bytes) {
        String text = figures.getProperty(path);
        if (text == null) {
            throw new AssertionError(FILE + " has no " + path + "; measured: " + Math.round(bytes));
        }
        double expected = Double.parseDouble(text);
        System.out.printf(Locale.ROOT, "%-24s %8.0f bytes for an object; checked in: %.0f%n", path, bytes, expected);
        if (Math.abs(bytes - expected) > TOLERANCE * expected) {
            throw new AssertionError(String.format(
                    Locale.ROOT,
                    "%s allocates %.0f bytes for an object, not %.0f: find the reason, and change %s only if it is wanted",
                    path,
                    bytes,
                    expected,
                    FILE));
        }
    }
}
