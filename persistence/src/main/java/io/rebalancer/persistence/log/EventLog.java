package io.rebalancer.persistence.log;

import io.rebalancer.persistence.log.LogQueue.Job;
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
 * A durable log of events of many persistence ids.
 *
 * <ul>
 *   <li>An entry whose future has completed is on the disk, and is there after any crash, once and in its place.
 *   <li>An entry whose future has failed may be there or not, whole in either case, if the failure is
 *       {@linkplain LogException.Kind#uncertain() uncertain}; otherwise it is not.
 *   <li>A reader sees nothing that is not durable. Events are numbered through the whole log without gaps, and no number
 *       is ever used again.
 *   <li>Damage is never skipped: the log does not open, or the read fails.
 *   <li>An event is there until it is deleted, and until every cursor is beyond it.
 * </ul>
 *
 * <pre>
 * opening ─► ready ⇄ throttled: the disk is nearly full
 *              ├──► failed: the disk said no, or nothing for too long
 *              └──► closed
 * </pre>
 *
 * See {@link FrameFormat}, {@link Segment} and {@link IndexFile} for the files, {@link Recovery} for what a crash leaves,
 * {@link LogWriter} for the writing, {@link LogRetention} for what goes when. Safe for any threads.
 */
public final class EventLog implements AutoCloseable {
    private static final Duration WATCH_EVERY = Duration.ofMillis(100);
    private static final Duration KEEP_EVERY = Duration.ofSeconds(1);
    private static final Duration DRAIN = Duration.ofSeconds(30);

    private final LogDisk disk;
    private final LogSettings settings;
    private final IdTable ids;
    private final Cursors cursors;
    private final SegmentList segments = new SegmentList();
    private final LogQueue queue;
    private final Publisher publisher;
    private final Optional<Acknowledger> acknowledger;
    private final LogReader reader;
    private final LogRetention keeper;
    private final Thread writing;
    private final Ticker watching;
    private final Ticker keeping;
    private final long tornBytes;
    private final Duration recovery;
    private long busyOperation;
    private int busyTicks;
    private volatile boolean closed;

    /**
     * An event as it stands in the log.
     *
     * @param offset its number in the whole log
     */
    public record Stored(String persistenceId, long sequenceNr, long offset, long timeMillis, byte[] event) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Stored that
                    && persistenceId.equals(that.persistenceId)
                    && sequenceNr == that.sequenceNr
                    && offset == that.offset;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(offset);
        }
    }

    /** What a log does at the moment. */
    public enum State {
        /** Takes events. */
        READY,
        /** Takes no events until the disk has room; reads and deletes. */
        THROTTLED,
        /** The disk failed: nothing is stored until the log is opened anew. */
        FAILED,
        /** Nothing any more. */
        CLOSED
    }

    /**
     * What is told of a log.
     *
     * @param events how many were ever stored
     * @param groups writes that were forced since it was opened; events are stored in groups
     * @param bytes of all segments
     * @param queued entries that wait for the disk
     * @param queueAge how long the oldest of them has waited
     * @param tornBytes bytes that were cut off its end when it was opened
     * @param recovery how long opening it took
     * @param failure why it failed, if it did
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
            long tornBytes,
            Duration recovery,
            Optional<String> failure) {}

    private EventLog(
            LogDisk disk, LogSettings settings, Clock clock, LogListener listener, Optional<Executor> acknowledging)
            throws IOException {
        long begun = System.nanoTime();
        this.disk = disk;
        this.settings = settings;
        Recovery.Found found = Recovery.run(disk, settings);
        this.ids = found.ids();
        this.cursors = found.cursors();
        this.tornBytes = found.tornBytes();
        found.segments().forEach(segments::add);
        this.queue = new LogQueue(settings, listener);
        this.acknowledger = acknowledging.isPresent() ? Optional.empty() : Optional.of(new Acknowledger());
        Executor acknowledges = acknowledging.orElseGet(acknowledger::orElseThrow);
        this.publisher = new Publisher(ids, cursors, queue, listener, acknowledges, found.nextOffset());
        LogWriter writer = new LogWriter(disk, settings, clock, queue, found, segments, publisher, listener);
        this.reader = new LogReader(disk, settings, segments, ids);
        this.keeper = new LogRetention(disk, settings, clock, queue, segments, ids, cursors, listener);
        // Threads of their own that nobody interrupts: an interrupt would close the file under them.
        this.writing = new Thread(writer::run, LogWriter.THREAD);
        this.watching = new Ticker("event-log-watch", WATCH_EVERY, this::watch);
        this.keeping = new Ticker("event-log-keeper", KEEP_EVERY, keeper::round);
        this.recovery = Duration.ofNanos(System.nanoTime() - begun);
    }

    /**
     * Opens the log in {@code directory}, making it if there is none.
     *
     * @param acknowledging completes the futures of each group that was forced; must run what it is given in order
     * @throws LogException if the log is damaged, newer, or in use
     * @throws IOException if the directory can't be used
     */
    public static EventLog open(
            Path directory, LogSettings settings, Clock clock, LogListener listener, Executor acknowledging)
            throws IOException {
        return open(FileDisk.open(directory), settings, clock, listener, Optional.of(acknowledging));
    }

    /** The same, with futures completed by a thread of the log's own. */
    public static EventLog open(Path directory, LogSettings settings, Clock clock, LogListener listener)
            throws IOException {
        return open(FileDisk.open(directory), settings, clock, listener);
    }

    static EventLog open(LogDisk disk, LogSettings settings, Clock clock, LogListener listener) throws IOException {
        return open(disk, settings, clock, listener, Optional.empty());
    }

    private static EventLog open(
            LogDisk disk, LogSettings settings, Clock clock, LogListener listener, Optional<Executor> acknowledging)
            throws IOException {
        EventLog log;
        try {
            log = new EventLog(disk, settings, clock, listener, acknowledging);
        } catch (IOException | RuntimeException e) {
            disk.close();
            throw e;
        }
        log.start();
        return log;
    }

    private void start() {
        keeper.round();
        writing.setDaemon(true);
        writing.start();
        watching.start();
        keeping.start();
    }

    /** Ticks, and not the clock, measure how long the disk is silent: a process that was stopped must not blame it. */
    private void watch() {
        queue.expire();
        long busy = publisher.busySince();
        busyTicks = busy != 0 && busy == busyOperation ? busyTicks + 1 : 0;
        busyOperation = busy;
        if (WATCH_EVERY.multipliedBy(busyTicks).compareTo(settings.forceDeadline()) > 0) {
            publisher.fail(new LogException(
                    LogException.Kind.FAILED,
                    "the disk of " + disk.where() + " has not answered a write for " + settings.forceDeadline()
                            + "; nothing more is taken until the log is opened anew"));
        }
    }

    /** One round of what is done about every second. */
    void keep() {
        keeper.round();
    }

    /**
     * Stores events of one persistence id, all or none.
     *
     * @param sequenceNr of the first; the others follow it. It must be higher than all before it
     * @return completes with the number of the first event in the whole log, when they are durable
     */
    public CompletionStage<Long> append(String persistenceId, long sequenceNr, List<byte[]> events) {
        long bytes = FrameFormat.length(events);
        if (bytes > settings.maxFrameBytes()) {
            return queue.refuse(new LogException(
                    LogException.Kind.REFUSED,
                    events.size() + " events of " + persistenceId + " take " + bytes + " bytes; an entry may have "
                            + settings.maxFrameBytes()));
        }
        return queue.submit(new Append(bytes, persistenceId, sequenceNr, events));
    }

    /** Events of one persistence id on their way to the disk. */
    private static final class Append extends Job {
        private final String persistenceId;
        private final long sequenceNr;
        private final List<byte[]> events;

        Append(long bytes, String persistenceId, long sequenceNr, List<byte[]> events) {
            super(bytes);
            this.persistenceId = persistenceId;
            this.sequenceNr = sequenceNr;
            this.events = List.copyOf(events);
        }

        @Override
        long encode(LogWriter writer) {
            IdTable.Entry entry = writer.entry(persistenceId);
            if (sequenceNr <= entry.written()) {
                throw new LogException(
                        LogException.Kind.CONFLICT,
                        persistenceId + " has event " + entry.written() + " already, so event " + sequenceNr
                                + " is not stored: somebody else writes for it");
            }
            entry.written(sequenceNr + events.size() - 1);
            return writer.add(Frame.Kind.EVENTS, entry.number(), sequenceNr, events);
        }
    }

    /** Deletes the events of a persistence id up to a sequence number, that one included; its highest one stays known. */
    public CompletionStage<Long> deleteTo(String persistenceId, long sequenceNr) {
        return queue.submit(small(
                0,
                writer -> writer.ids()
                        .find(persistenceId)
                        .map(entry -> writer.add(
                                Frame.Kind.DELETED, entry.number(), Math.min(sequenceNr, entry.written()), List.of()))
                        .orElse(0L)));
    }

    /** The highest sequence number ever stored, deleted or not, after all that was submitted before; 0 for none. */
    public CompletionStage<Long> highestSequenceNr(String persistenceId) {
        return queue.submit(small(
                0,
                writer -> writer.ids()
                        .find(persistenceId)
                        .map(IdTable.Entry::written)
                        .orElse(0L)));
    }

    /** Up to where events of a persistence id are deleted; 0 if none are. */
    public long deletedTo(String persistenceId) {
        return ids.find(persistenceId).map(IdTable.Entry::deletedTo).orElse(0L);
    }

    private interface Encoding {
        long encode(LogWriter writer);
    }

    /** Something that is taken even when the disk is nearly full. */
    private static Job small(int textBytes, Encoding encoding) {
        return new Job(FrameFormat.HEADER_BYTES + textBytes) {
            @Override
            long encode(LogWriter writer) {
                return encoding.encode(writer);
            }

            @Override
            boolean evenWhenFull() {
                return true;
            }
        };
    }

    /**
     * Begins a cursor: from now on the log keeps all events from {@code next} on until they are acknowledged. One that is
     * there already stays as it is.
     *
     * @return completes with the number of the first event that it has not acknowledged
     */
    public CompletionStage<Long> registerCursor(String name, long next) {
        Optional<Cursor> known = cursors.find(name);
        if (known.isPresent()) {
            return CompletableFuture.completedFuture(known.get().next());
        }
        return moveCursor(name, next);
    }

    /**
     * Notes that a named reader has dealt with every event up to {@code offset}, that one included. Never goes back;
     * saying it again changes nothing.
     *
     * @return fails with {@link LogException.Kind#REFUSED} if there is no such cursor
     */
    public CompletionStage<Long> acknowledge(String name, long offset) {
        if (cursors.find(name).isEmpty()) {
            return queue.refuse(new LogException(
                    LogException.Kind.REFUSED,
                    "there is no cursor " + name + ": it was never registered, or was removed because it pinned the log"
                            + " for too long; its reader must begin anew"));
        }
        return moveCursor(name, offset + 1);
    }

    private CompletionStage<Long> moveCursor(String name, long next) {
        List<byte[]> text = Frame.text(name);
        return queue.submit(small(text.get(0).length, writer -> {
            long to = Math.max(0, Math.min(next, writer.nextOffset()));
            writer.add(Frame.Kind.CURSOR, 0, to, text);
            return to;
        }));
    }

    /** Forgets a named reader, and what only it needed. */
    public CompletionStage<Long> removeCursor(String name) {
        return queue.submit(LogRetention.removal(name));
    }

    /** How far each named reader is. */
    public List<Cursor> cursors() {
        return cursors.all();
    }

    /** How many bytes of events a reader who has reached {@code offset} has before it, about. */
    public long bytesFrom(long offset) {
        return segments.bytesFrom(offset);
    }

    /** All persistence ids that ever stored something. */
    public List<String> persistenceIds() {
        return ids.names();
    }

    /**
     * The events of a persistence id from one sequence number to another, both included, in order.
     *
     * @param most how many at most
     */
    public List<Stored> read(String persistenceId, long from, long to, long most) throws IOException {
        Optional<IdTable.Entry> entry = ids.find(persistenceId);
        return entry.isEmpty() ? List.of() : reader.read(entry.get(), from, to, most);
    }

    /**
     * The events of all persistence ids from a number on, in the order of the log; without gaps from a cursor on. Events
     * that are deleted are among them as long as they are there.
     *
     * @param most how many at most
     */
    public List<Stored> feed(long from, int most) throws IOException {
        return reader.feed(from, most);
    }

    /** Number of the event after the last durable one. */
    public long endOffset() {
        return publisher.durableOffset();
    }

    /** Completes when there are durable events at {@code offset} or beyond; at once if there are, or if the log ends. */
    public CompletionStage<Long> reached(long offset) {
        return publisher.reached(offset);
    }

    /** Completes with the reason when the disk has failed; nothing is stored any more then. */
    public CompletionStage<LogException> whenFailed() {
        return publisher.whenFailed();
    }

    /** How the log stands. */
    public Status status() {
        return new Status(
                state(),
                publisher.durableOffset(),
                publisher.published(),
                segments.size(),
                segments.bytes(),
                ids.size(),
                queue.size(),
                queue.age(),
                tornBytes,
                recovery,
                queue.failed().map(LogException::getMessage));
    }

    private State state() {
        if (closed) {
            return State.CLOSED;
        }
        if (queue.failed().isPresent()) {
            return State.FAILED;
        }
        return queue.throttled() ? State.THROTTLED : State.READY;
    }

    /** Stores what was taken, and lets the directory go. */
    @Override
    public void close() throws IOException {
        queue.close();
        try {
            writing.join(DRAIN.toMillis());
            watching.close();
            keeping.close();
            if (acknowledger.isPresent()) {
                acknowledger.get().close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closed = true;
        segments.close();
        disk.close();
    }
}
