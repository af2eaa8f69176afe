package io.rebalancer.persistence.sort;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.UUID;

/**
 * Sorts records by their keys, however many there are. Records are collected in memory; when it is full, they are sorted and
 * written to a run, and at the end the runs are merged. Records with equal keys are all kept, in any order.
 *
 * <p>Blocking. An interrupt of the thread ends a read or a write with {@link java.nio.channels.ClosedByInterruptException}.
 * Not thread-safe.
 */
public final class RecordSorter implements Closeable {
    /** Runs that are merged at a time. Each needs a buffer of about 64 KiB. */
    static final int MAX_MERGED_RUNS = 64;

    private final RecordFormat format;
    private final Path directory;
    private final SortDisk disk;
    private final RecordBuffer buffer;
    private final String runPrefix = "run-" + UUID.randomUUID() + "-";
    /** The runs that wait for a merge, the smallest first: merged runs are appended. */
    private final Deque<SortedFile> runs = new ArrayDeque<>();

    private int runsWritten;
    private int mostRecordsInMemory;
    private boolean finished;

    /**
     * @param directory where the runs are written; it exists
     * @param memoryBytes memory for records before they are written to a run. A merge needs up to 4 MiB
     *     in addition
     */
    public RecordSorter(RecordFormat format, Path directory, long memoryBytes) {
        this(format, directory, memoryBytes, new SortDisk());
    }

    RecordSorter(RecordFormat format, Path directory, long memoryBytes, SortDisk disk) {
        this.format = format;
        this.directory = directory;
        this.disk = disk;
        this.buffer = new RecordBuffer(format, memoryBytes);
    }

    /**
     * Adds a record.
     *
     * @throws IOException if a run can't be written: then close this sorter
     */
    public void add(byte[] source, int offset) throws IOException {
        if (finished) {
            throw new IllegalStateException("the records are sorted already");
        }
        if (buffer.isFull()) {
            spill();
        }
        buffer.add(source, offset);
        mostRecordsInMemory = Math.max(mostRecordsInMemory, buffer.size());
    }

    /** The largest number of records that were in memory at a time. */
    public int mostRecordsInMemory() {
        return mostRecordsInMemory;
    }

    /** The number of runs that were written before the merge. */
    public int runs() {
        return runsWritten;
    }

    /**
     * Sorts all records.
     *
     * @param target the file to create; it must not exist. It is complete and durable when this returns, but for its
     *     directory's entry
     * @throws IOException if a file can't be read or written; then no target is left
     */
    public SortedFile finish(Path target) throws IOException {
        finished = true;
        if (runsWritten == 0) {
            return writeBuffer(target, true);
        }
        if (buffer.size() > 0) {
            spill();
        }
        while (runs.size() > MAX_MERGED_RUNS) {
            List<SortedFile> merged = take(Math.min(MAX_MERGED_RUNS, runs.size() - MAX_MERGED_RUNS + 1));
            runs.addLast(merge(merged, newRun(), false));
        }
        return merge(take(runs.size()), target, true);
    }

    private void spill() throws IOException {
        runs.addLast(writeBuffer(newRun(), false));
        runsWritten++;
        buffer.clear();
    }

    private Path newRun() {
        return directory.resolve(runPrefix + UUID.randomUUID());
    }

    private SortedFile writeBuffer(Path path, boolean force) throws IOException {
        buffer.sort();
        try (SortedFileWriter writer = new SortedFileWriter(path, format, disk)) {
            for (int i = 0; i < buffer.size(); i++) {
                writer.append(buffer.bytes(), buffer.offset(i));
            }
            writer.finish(force);
        }
        return SortedFile.open(path, format);
    }

    private List<SortedFile> take(int count) {
        List<SortedFile> taken = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            taken.add(runs.removeFirst());
        }
        return taken;
    }

    /** Merges runs into one file, and deletes them. */
    private SortedFile merge(List<SortedFile> merged, Path path, boolean force) throws IOException {
        List<RecordCursor> cursors = new ArrayList<>(merged.size());
        try (SortedFileWriter writer = new SortedFileWriter(path, format, disk)) {
            PriorityQueue<RecordCursor> lowest = new PriorityQueue<>(
                    (one, other) -> format.compareKeys(one.bytes(), one.offset(), other.bytes(), other.offset()));
            for (SortedFile run : merged) {
                RecordCursor cursor = run.first();
                cursors.add(cursor);
                if (cursor.next()) {
                    lowest.add(cursor);
                }
            }
            for (RecordCursor cursor = lowest.poll(); cursor != null; cursor = lowest.poll()) {
                writer.append(cursor.bytes(), cursor.offset());
                if (cursor.next()) {
                    lowest.add(cursor);
                }
            }
            writer.finish(force);
        } finally {
            try {
                forAll(cursors, RecordCursor::close);
            } finally {
                deleteAll(merged);
            }
        }
        return SortedFile.open(path, format);
    }

    private void deleteAll(List<SortedFile> files) throws IOException {
        forAll(files, each -> disk.delete(each.path()));
    }

    private interface Step<T> {
        void run(T element) throws IOException;
    }

    /** One failure does not keep the step from the other elements. */
    private static <T> void forAll(List<T> elements, Step<T> step) throws IOException {
        IOException failure = null;
        for (T each : elements) {
            try {
                step.run(each);
            } catch (IOException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Deletes the runs. The file that {@link #finish} returned stays. */
    @Override
    public void close() throws IOException {
        deleteAll(take(runs.size()));
    }
}
