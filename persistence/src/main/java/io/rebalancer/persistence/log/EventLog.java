package io.rebalancer.persistence.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * A durable log of the events of many persistence ids.
 *
 * <ul>
 *   <li>An entry whose future has completed is on the disk. It survives any crash, exactly once and in its place.
 *   <li>If an entry's future has failed with an {@linkplain LogException.Kind#uncertain() uncertain} failure, the entry is
 *       either stored whole or absent. After any other failure it is absent.
 *   <li>Readers see only durable events. The offsets of events have no gaps, and no offset is used twice.
 *   <li>Damage is never skipped: the log does not open, or the read fails.
 *   <li>An event is kept until it is deleted and every cursor is beyond it.
 * </ul>
 *
 * <pre>
 * opening ─► ready ⇄ throttled: the disk is nearly full, or slow
 *              ├──► failed: a disk operation failed or exceeded its deadline
 *              └──► closed
 * </pre>
 *
 * See {@link FrameFormat}, {@link Segment} and {@link IndexFile} for the files, {@link Recovery} for the state after a
 * crash, {@link LogWriter} for writing, and {@link LogRetention} for deletion. Safe for any threads.
 */
public final class EventLog implements AutoCloseable {
    private final LogDisk disk;
    private final LogSettings settings;
    private final IdTable ids;
    private final Cursors cursors;
    private final SegmentList segments = new SegmentList();
    private final LogQueue queue;
    private final Publisher publisher;
    private final LogReader reader;
    private final LogRetention retention;
    private final LogThreads threads;
    private final Opening opening;
    private volatile boolean closed;

    /**
     * An event in the log.
     *
     * @param offset its number in the whole log
     * @param timeMillis when it was written, in ms since 1970
     */
    public record Event(String persistenceId, long sequenceNr, long offset, long timeMillis, byte[] bytes) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Event that
                    && persistenceId.equals(that.persistenceId)
                    && sequenceNr == that.sequenceNr
                    && offset == that.offset;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(offset);
        }
    }

    /** What a log accepts at the moment. */
    public enum State {
        /** Accepts events, reads and deletions. */
        READY,
        /** The disk is nearly full, or slow. Accepts reads and deletions, but no events until that has passed. */
        THROTTLED,
        /** A disk operation failed. Accepts reads only; nothing is stored until the log is reopened. */
        FAILED,
        /** Accepts and returns nothing. */
        CLOSED
    }

    /**
     * The state of a log.
     *
     * @param events number of events ever stored
     * @param groups number of groups that were written and forced since the log was opened
     * @param bytes of all segments
     * @param queued number of entries that wait for the disk
     * @param queueAge how long the oldest of them has waited
     * @param maintenance how the maintenance of the files proceeds
     * @param tornBytes bytes that were cut off the end when the log was opened
     * @param recovery how long opening the log took
     * @param failure message of the failure, if the log has failed
     */
    public record Status(
            State state,
            long events,
            long groups,
            int segments,
            long bytes,
            int persistenceIds,
            int queued,
            Duration queueAge,
            Maintenance maintenance,
            long tornBytes,
            Duration recovery,
            Optional<String> failure) {}

    /**
     * How the maintenance of a log proceeds.
     *
     * @param undeletedSegments number of segments that nothing needs, but whose files could not be deleted yet
     * @param sinceGoodRound time since the last round in which nothing failed, or since the log was opened
     */
    public record Maintenance(int undeletedSegments, Duration sinceGoodRound) {}

    /** What opening the log did. */
    private record Opening(long tornBytes, Duration duration) {}

    private EventLog(
            LogDisk disk, LogSettings settings, Clock clock, LogListener listener, Optional<Executor> acknowledgements)
            throws IOException {
        long startNanos = System.nanoTime();
        this.disk = disk;
        this.settings = settings;
        Recovery.RecoveredLog recovered = Recovery.run(disk, settings);
        this.ids = recovered.ids();
        this.cursors = recovered.cursors();
        recovered.segments().forEach(segments::add);
        UnneededSegments unneeded = new UnneededSegments(disk, listener);
        recovered.unneededSegments().forEach(unneeded::add);
        this.queue = new LogQueue(settings, listener);
        Optional<Acknowledger> acknowledger =
                acknowledgements.isPresent() ? Optional.empty() : Optional.of(new Acknowledger());
        this.publisher = new Publisher(
                ids,
                cursors,
                queue,
                listener,
                acknowledgements.orElseGet(acknowledger::orElseThrow),
                recovered.nextOffset());
        LogWriter writer;
        try {
            writer = new LogWriter(disk, settings, clock, queue, recovered, segments, publisher, listener);
        } catch (IOException | RuntimeException e) {
            segments.close();
            throw e;
        }
        this.reader = new LogReader(disk, settings, segments, ids);
        this.retention = new LogRetention(disk, settings, clock, queue, segments, unneeded, ids, cursors, listener);
        this.threads = new LogThreads(writer, acknowledger, listener);
        this.opening = new Opening(recovered.tornBytes(), Duration.ofNanos(System.nanoTime() - startNanos));
    }

    /**
     * Opens the log in {@code directory}, and creates it if there is none.
     *
     * @param acknowledgements completes the futures of each forced group; must run its tasks in order
     * @throws LogException if the log is damaged, was written by a newer version, or is in use
     * @throws IOException if the directory can't be used
     */
    public static EventLog open(
            Path directory, LogSettings settings, Clock clock, LogListener listener, Executor acknowledgements)
            throws IOException {
        return open(FileDisk.open(directory), settings, clock, listener, Optional.of(acknowledgements));
    }

    /** The same, but a thread of the log completes the futures. */
    public static EventLog open(Path directory, LogSettings settings, Clock clock, LogListener listener)
            throws IOException {
        return open(FileDisk.open(directory), settings, clock, listener);
    }

    static EventLog open(LogDisk disk, LogSettings settings, Clock clock, LogListener listener) throws IOException {
        return open(disk, settings, clock, listener, Optional.empty());
    }

    private static EventLog open(
            LogDisk disk, LogSettings settings, Clock clock, LogListener listener, Optional<Executor> acknowledgements)
            throws IOException {
        EventLog log;
        try {
            log = new EventLog(disk, settings, clock, listener, acknowledgements);
        } catch (IOException | RuntimeException e) {
            disk.close();
            throw e;
        }
        log.start();
        return log;
    }

    private void start() {
        retention.runOnce();
        threads.start(new DiskWatchdog(disk.location(), settings.force(), queue, publisher), retention);
    }

    /** Runs retention now, rather than with its next interval. */
    void runRetention() {
        retention.runOnce();
    }

    /**
     * Stores events of one persistence id, all or none.
     *
     * @param sequenceNr of the first event; the others follow it. Must be higher than every stored one
     * @return completes with the offset of the first event when the events are durable
     */
    public CompletionStage<Long> append(String persistenceId, long sequenceNr, List<byte[]> events) {
        long bytes = FrameFormat.length(events);
        if (bytes > settings.maxFrameBytes()) {
            return queue.reject(new LogException(
                    LogException.Kind.REFUSED,
                    "an entry with " + events.size() + " events of " + persistenceId + " takes " + bytes
                            + " bytes, more than the limit of " + settings.maxFrameBytes() + " (max-frame-bytes)"));
        }
        List<byte[]> parts = List.copyOf(events);
        return queue.submit(
                WriteRequest.events(bytes, writer -> encodeEvents(writer, persistenceId, sequenceNr, parts)));
    }

    private static long encodeEvents(LogWriter writer, String persistenceId, long sequenceNr, List<byte[]> events) {
        IdTable.Entry entry = writer.entry(persistenceId);
        if (sequenceNr <= entry.highestWritten()) {
            throw new LogException(
                    LogException.Kind.CONFLICT,
                    "event " + sequenceNr + " of " + persistenceId + " is not stored: the log already has event "
                            + entry.highestWritten() + ", so there is another writer for this persistence id");
        }
        entry.raiseWritten(sequenceNr + events.size() - 1);
        return writer.add(Frame.Kind.EVENTS, entry.number(), sequenceNr, events);
    }

    /** Deletes the events of a persistence id up to and including a sequence number. The highest one stays known. */
    public CompletionStage<Long> deleteTo(String persistenceId, long sequenceNr) {
        return queue.submit(WriteRequest.bookkeeping(
                FrameFormat.HEADER_BYTES,
                writer -> writer.ids()
                        .find(persistenceId)
                        .map(entry -> writer.add(
                                Frame.Kind.DELETED,
                                entry.number(),
                                Math.min(sequenceNr, entry.highestWritten()),
                                List.of()))
                        .orElse(0L)));
    }

    /**
     * The highest sequence number ever stored, deleted or not; 0 if there is none. It takes into account everything that
     * was submitted before this call.
     */
    public CompletionStage<Long> highestSequenceNr(String persistenceId) {
        return queue.submit(WriteRequest.bookkeeping(
                FrameFormat.HEADER_BYTES,
                writer -> writer.ids()
                        .find(persistenceId)
                        .map(IdTable.Entry::highestWritten)
                        .orElse(0L)));
    }

    /** The sequence number up to which the events of a persistence id are deleted; 0 if none are. */
    public long deletedTo(String persistenceId) {
        return ids.find(persistenceId).map(IdTable.Entry::deletedTo).orElse(0L);
    }

    /**
     * Registers a cursor: from now on the log keeps all events from offset {@code next} on until they are acknowledged. A
     * cursor that already exists keeps its position.
     *
     * @return completes with the offset of the first event that the reader has not acknowledged
     */
    public CompletionStage<Long> registerCursor(String name, long next) {
        Optional<Cursor> known = cursors.find(name);
        if (known.isPresent()) {
            return CompletableFuture.completedFuture(known.get().next());
        }
        return moveCursor(name, next);
    }

    /**
     * Records that a named reader has processed every event up to and including {@code offset}. A cursor never moves
     * back, and a repeated acknowledgement has no effect.
     *
     * @return fails with {@link LogException.Kind#REFUSED} if there is no such cursor
     */
    public CompletionStage<Long> acknowledge(String name, long offset) {
        if (cursors.find(name).isEmpty()) {
            return queue.reject(new LogException(
                    LogException.Kind.REFUSED,
                    "there is no cursor " + name + ": it was never registered, or it was removed because it pinned the"
                            + " log for too long; its reader must start over"));
        }
        return moveCursor(name, offset + 1);
    }

    private CompletionStage<Long> moveCursor(String name, long next) {
        List<byte[]> text = Frame.text(name);
        return queue.submit(WriteRequest.bookkeeping(FrameFormat.HEADER_BYTES + text.get(0).length, writer -> {
            long position = Math.max(0, Math.min(next, writer.nextOffset()));
            writer.add(Frame.Kind.CURSOR, 0, position, text);
            return position;
        }));
    }

    /** Removes a cursor. The events that only its reader needed can then be deleted. */
    public CompletionStage<Long> removeCursor(String name) {
        return queue.submit(LogRetention.cursorRemoval(name));
    }

    /** All cursors, by name. */
    public List<Cursor> cursors() {
        return cursors.all();
    }

    /** Approximate number of bytes in the log from the event at {@code offset} on. */
    public long bytesFrom(long offset) {
        return segments.bytesFrom(offset);
    }

    /** All persistence ids that ever stored an event. */
    public List<String> persistenceIds() {
        return ids.names();
    }

    /**
     * The events of a persistence id between two sequence numbers, both included, in order.
     *
     * @param maxEvents largest number of events to return
     */
    public List<Event> read(String persistenceId, long from, long to, long maxEvents) throws IOException {
        Optional<IdTable.Entry> entry = ids.find(persistenceId);
        return entry.isEmpty() ? List.of() : reader.read(entry.get(), from, to, maxEvents);
    }

    /**
     * The events of all persistence ids from an offset on, in the order of the log. From the position of a cursor on there
     * are no gaps. Deleted events are included as long as their segment exists.
     *
     * @param maxEvents largest number of events to return
     */
    public List<Event> feed(long fromOffset, int maxEvents) throws IOException {
        return reader.feed(fromOffset, maxEvents);
    }

    /** Offset after the last durable event. */
    public long endOffset() {
        return publisher.durableOffset();
    }

    /**
     * Completes when an event with this offset or a higher one is durable; at once if there is one, or if the log ends.
     */
    public CompletionStage<Long> whenReached(long offset) {
        return publisher.whenReached(offset);
    }

    /** Completes with the reason when the log has failed. Nothing is stored from then on. */
    public CompletionStage<LogException> whenFailed() {
        return publisher.whenFailed();
    }

    /** The present state. */
    public Status status() {
        return new Status(
                state(),
                publisher.durableOffset(),
                publisher.publishedGroups(),
                segments.size(),
                segments.bytes(),
                ids.size(),
                queue.size(),
                queue.age(),
                retention.status(),
                opening.tornBytes(),
                opening.duration(),
                queue.failure().map(LogException::getMessage));
    }

    private State state() {
        if (closed) {
            return State.CLOSED;
        }
        if (queue.failure().isPresent()) {
            return State.FAILED;
        }
        return queue.isThrottled() ? State.THROTTLED : State.READY;
    }

    /** Stores the queued entries, then releases the directory. */
    @Override
    public void close() throws IOException {
        queue.close();
        try {
            threads.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closed = true;
        try (disk;
                Closeable files = retention::close) {
            segments.close();
        }
    }
}
