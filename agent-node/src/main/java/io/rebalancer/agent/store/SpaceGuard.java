package io.rebalancer.agent.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongSupplier;
import kamon.Kamon;
import kamon.metric.Gauge;

/**
 * Keeps the use of a file system within the bounds that its operator set. Each object reserves its space before it
 * writes, so objects that are written at the same time never cross a bound together. The metric
 * {@code rebalancer.store.reserved-bytes} shows the reserved space.
 *
 * <p>A file system counts written bytes late: ZFS some seconds after they are forced. So the bytes of a forced file are
 * subtracted from the available space for another {@link #COUNTING_DELAY} at least. While many bytes are written, the
 * guard sees less space than there is, never more.
 */
public final class SpaceGuard {
    static final Duration COUNTING_DELAY = Duration.ofSeconds(5);

    /** The file system is asked again when the last reading is older, or when so many bytes were reserved since. */
    private static final Duration MAX_READING_AGE = Duration.ofSeconds(1);

    private static final long MAX_RESERVED_PER_READING = 256L << 20;

    private final FileSystemSpace fileSystem;
    private final LongSupplier nanoTime;
    private final Gauge reserved =
            Kamon.gauge("rebalancer.store.reserved-bytes").withoutTags();
    private volatile Bounds bounds;
    private FileSystemSpace.Reading reading;
    private long readingNanos;
    private long reservedSinceReading;
    private long reservedBytes;
    private long recentlyForcedBytes;
    private long olderForcedBytes;
    private long forcedSinceNanos;

    /**
     * The bounds of a file system.
     *
     * @param floorBytes number of bytes that must stay free, at least 0
     * @param ceilingPercent highest share of the file system that may be used, 1 to 100
     */
    public record Bounds(long floorBytes, int ceilingPercent) {
        /** Every file that fits on the disk is accepted. */
        public static final Bounds NONE = new Bounds(0, 100);

        /** @throws IllegalArgumentException naming the bound that is out of range */
        public Bounds {
            if (floorBytes < 0) {
                throw new IllegalArgumentException("the free-space floor must be at least 0, not " + floorBytes);
            }
            if (ceilingPercent < 1 || ceilingPercent > 100) {
                throw new IllegalArgumentException("the fill ceiling must be 1 to 100 percent, not " + ceilingPercent);
            }
        }
    }

    SpaceGuard(Path directory, Bounds bounds) throws IOException {
        this(FileSystemSpace.of(Files.getFileStore(directory)), bounds, System::nanoTime);
    }

    /** A guard of another view of the file system, for tests. */
    SpaceGuard(FileSystemSpace fileSystem, Bounds bounds, LongSupplier nanoTime) throws IOException {
        this.fileSystem = fileSystem;
        this.bounds = bounds;
        this.nanoTime = nanoTime;
        this.reading = fileSystem.read();
        this.readingNanos = nanoTime.getAsLong();
        this.forcedSinceNanos = readingNanos;
    }

    /** Replaces the bounds; what is reserved already stays reserved. */
    public void setBounds(Bounds newBounds) {
        bounds = newBounds;
    }

    /** The number of bytes that may still be reserved; 0 when a bound is reached. */
    public synchronized long availableBytes() throws IOException {
        refreshIfOld(0);
        return Math.max(0, remainingBytes() - reservedBytes);
    }

    /**
     * Reserves space for an object.
     *
     * @return the reservation, which may grow; always close it
     * @throws OutOfSpace if {@code bytes} more bytes would cross a bound
     */
    SpaceReservation reserve(long bytes) throws IOException {
        take(bytes);
        return new SpaceReservation(this, bytes);
    }

    /** @throws OutOfSpace if {@code bytes} more bytes would cross a bound */
    synchronized void take(long bytes) throws IOException {
        refreshIfOld(bytes);
        if (bytes > remainingBytes() - reservedBytes) {
            // Space may have become free since the last reading.
            refresh();
            long available = remainingBytes() - reservedBytes;
            if (bytes > available) {
                throw outOfSpace(bytes + " bytes do not fit: only " + available + " bytes may still be used");
            }
        }
        reservedSinceReading += bytes;
        addReserved(bytes);
    }

    /** @throws OutOfSpace if a bound is crossed, because it was changed or because other programs use the space */
    synchronized void requireBounds() throws IOException {
        refreshIfOld(0);
        long unused = unusedBytes();
        if (unused < 0) {
            throw outOfSpace("a bound is already crossed by " + -unused + " bytes");
        }
    }

    private OutOfSpace outOfSpace(String problem) {
        Bounds now = bounds;
        return new OutOfSpace(problem + " on " + fileSystem + " (floor " + now.floorBytes() + " bytes, ceiling "
                + now.ceilingPercent() + " %, " + reservedBytes + " bytes reserved by copies in progress)");
    }

    /** Returns reserved bytes that are not written, or that are deleted again. */
    synchronized void giveBack(long bytes) {
        addReserved(-bytes);
    }

    /** Reserves the space of bytes that were just removed from a file. */
    synchronized void takeBack(long bytes) {
        addReserved(bytes);
    }

    /** Reserved bytes are forced to disk now, so the file system counts them soon. */
    synchronized void recordForced(long bytes) {
        ageForcedBytes();
        recentlyForcedBytes += bytes;
        addReserved(-bytes);
    }

    synchronized long reservedBytes() {
        return reservedBytes;
    }

    private void addReserved(long bytes) {
        reservedBytes += bytes;
        reserved.update(reservedBytes);
    }

    /** The number of bytes that may still be written, reserved bytes included. */
    private long remainingBytes() {
        ageForcedBytes();
        return unusedBytes() - recentlyForcedBytes - olderForcedBytes;
    }

    /** The number of bytes within the bounds that the last reading counts as free; negative when a bound is crossed. */
    private long unusedBytes() {
        Bounds now = bounds;
        long used = reading.total() - reading.unallocated();
        long belowCeiling = (long) (reading.total() / 100.0 * now.ceilingPercent()) - used;
        return Math.min(reading.usable() - now.floorBytes(), belowCeiling);
    }

    private void ageForcedBytes() {
        long age = nanoTime.getAsLong() - forcedSinceNanos;
        if (age >= COUNTING_DELAY.toNanos()) {
            olderForcedBytes = age >= 2 * COUNTING_DELAY.toNanos() ? 0 : recentlyForcedBytes;
            recentlyForcedBytes = 0;
            forcedSinceNanos += age;
        }
    }

    private void refreshIfOld(long bytes) throws IOException {
        if (nanoTime.getAsLong() - readingNanos >= MAX_READING_AGE.toNanos()
                || reservedSinceReading + bytes > MAX_RESERVED_PER_READING) {
            refresh();
        }
    }

    private void refresh() throws IOException {
        reading = fileSystem.read();
        readingNanos = nanoTime.getAsLong();
        reservedSinceReading = 0;
    }
}
