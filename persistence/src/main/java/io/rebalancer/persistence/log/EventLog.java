package io.rebalancer.persistence.log;

import io.rebalancer.persistence.log.LogDisk.LogFile;
import io.rebalancer.persistence.log.Segment.Header;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A durable log of events of many persistence ids.
 *
 * <ul>
 *   <li>An entry whose future has completed is on the disk, and is there after any crash, once and in its place.
 *   <li>An entry whose future has failed may be there or not, whole in either case; one that was refused as
 *       {@link LogException.Kind#BACKPRESSURE} or {@link LogException.Kind#REFUSED} is not.
 *   <li>A reader sees nothing that is not durable. Events are numbered through the whole log without gaps, and no number
 *       is ever used again.
 *   <li>Damage is never skipped: the log does not open.
 * </ul>
 *
 * See {@link FrameFormat} and {@link Segment} for the files, {@link Recovery} for what a crash leaves, {@link LogWriter}
 * for the writing. Safe for any threads.
 */
public final class EventLog implements AutoCloseable {
    private final LogDisk disk;
    private final LogSettings settings;
    private final UUID logId;
    private final int epoch;
    private final LogIndex index;
    private final LogWriter writer;
    private final long tornBytes;
    /** Guards the index and the map of segments; held for moments only, never while the disk works. */
    private final ReentrantReadWriteLock guard = new ReentrantReadWriteLock();

    private final NavigableMap<Long, Segment> segments = new TreeMap<>();
    private final List<Waiter> waiters = new ArrayList<>();

    /** Somebody who waits for an event. */
    private record Waiter(long offset, CompletableFuture<Long> reached) {}

    // Below: the writer's thread only.
    private ByteBuffer out;
    private Segment current;
    private long nextFrame;
    private long nextOffset;
    // Read by others.
    private volatile long durableFrame;
    private volatile long durableOffset;
    private volatile long groups;
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

    /**
     * What is told of a log.
     *
     * @param groups writes that were forced since it was opened; events are stored in groups
     * @param tornBytes bytes that were cut off its end when it was opened
     */
    public record Status(
            long events, long groups, int segments, long bytes, int persistenceIds, int queued, long tornBytes) {}

    private EventLog(LogDisk disk, LogSettings settings, Clock clock) throws IOException {
        this.disk = disk;
        this.settings = settings;
        Recovery.Found found = Recovery.run(disk, settings);
        this.index = found.index();
        this.logId = found.logId();
        this.epoch = found.epoch() + 1;
        this.tornBytes = found.tornBytes();
        this.nextFrame = found.nextFrame();
        this.nextOffset = found.nextOffset();
        this.durableFrame = nextFrame;
        this.durableOffset = nextOffset;
        found.segments().forEach(segment -> segments.put(segment.header().number(), segment));
        this.out = LogWriter.buffer(Math.min(settings.maxBatchBytes(), 1 << 20));
        this.writer = new LogWriter(settings, clock, "event-log-writer", this::writeGroup);
        long number = segments.isEmpty() ? 0 : segments.lastKey() + 1;
        this.current = Segment.create(disk, header(number));
        segments.put(number, current);
    }

    /**
     * Opens the log in {@code directory}, making it if there is none.
     *
     * @throws LogException if the log is damaged, newer, or in use
     * @throws IOException if the directory can't be used
     */
    public static EventLog open(Path directory, LogSettings settings, Clock clock) throws IOException {
        return open(FileDisk.open(directory), settings, clock);
    }

    static EventLog open(LogDisk disk, LogSettings settings, Clock clock) throws IOException {
        EventLog log;
        try {
            log = new EventLog(disk, settings, clock);
        } catch (IOException | RuntimeException e) {
            disk.close();
            throw e;
        }
        log.writer.start();
        return log;
    }

    private Header header(long number) {
        return new Header(epoch, logId, number, nextFrame, nextOffset, System.currentTimeMillis());
    }

    /**
     * Stores events of one persistence id, all or none.
     *
     * @param sequenceNr of the first; the others follow it
     * @return completes with the number of the first event in the whole log, when they are durable
     */
    public CompletionStage<Long> append(String persistenceId, long sequenceNr, List<byte[]> events) {
        long bytes = FrameFormat.length(events);
        if (bytes > settings.maxFrameBytes()) {
            return CompletableFuture.failedFuture(new LogException(
                    LogException.Kind.REFUSED,
                    events.size() + " events of " + persistenceId + " take " + bytes + " bytes; an entry may have "
                            + settings.maxFrameBytes()));
        }
        List<byte[]> parts = List.copyOf(events);
        return writer.submit(bytes, new LogWriter.Work() {
            private long offset;

            @Override
            public void encode(LogWriter.Batch batch) {
                offset = nextOffset;
                batch.add(Frame.Kind.EVENTS, define(batch, persistenceId), sequenceNr, parts);
            }

            @Override
            public long result() {
                return offset;
            }
        });
    }

    /** Deletes the events of a persistence id up to a sequence number, that one included; its highest one stays known. */
    public CompletionStage<Long> deleteTo(String persistenceId, long sequenceNr) {
        return writer.submit(FrameFormat.HEADER_BYTES, batch -> {
            Optional<LogIndex.Entry> entry = reading(() -> index.find(persistenceId));
            if (entry.isPresent()) {
                long to = Math.min(sequenceNr, entry.get().highest());
                batch.add(Frame.Kind.DELETED, entry.get().number(), to, List.of());
            }
        });
    }

    /** The highest sequence number ever stored, deleted or not, after all that was submitted before; 0 for none. */
    public CompletionStage<Long> highestSequenceNr(String persistenceId) {
        return writer.submit(0, batch -> {})
                .thenApply(done -> reading(() ->
                        index.find(persistenceId).map(LogIndex.Entry::highest).orElse(0L)));
    }

    /** Notes that a named reader has dealt with every event before {@code offset}; never goes back. */
    public CompletionStage<Long> moveCursor(String name, long offset) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        return writer.submit(
                FrameFormat.HEADER_BYTES + text.length,
                batch -> batch.add(Frame.Kind.CURSOR, 0, Math.min(offset, durableOffset), List.of(text)));
    }

    /** Forgets a named reader. */
    public CompletionStage<Long> removeCursor(String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        return writer.submit(
                FrameFormat.HEADER_BYTES + text.length,
                batch -> batch.add(Frame.Kind.CURSOR_REMOVED, 0, 0, List.of(text)));
    }

    /** How far each named reader is. */
    public Map<String, Long> cursors() {
        return reading(index::cursors);
    }

    /** All persistence ids that ever stored something. */
    public List<String> persistenceIds() {
        return reading(
                () -> index.all().stream().map(LogIndex.Entry::name).sorted().toList());
    }

    /**
     * The events of a persistence id from one sequence number to another, both included, in order.
     *
     * @param most how many at most
     */
    public List<Stored> read(String persistenceId, long from, long to, long most) throws IOException {
        List<Stored> events = new ArrayList<>();
        Optional<LogIndex.Entry> entry = reading(() -> index.find(persistenceId));
        if (entry.isEmpty()) {
            return events;
        }
        long first = Math.max(from, reading(() -> entry.get().deletedTo()) + 1);
        long[] places = reading(() -> entry.get().places(first, to));
        for (long place : places) {
            Frame frame = frameAt(place);
            for (int i = 0; i < frame.events(); i++) {
                long sequenceNr = frame.sequenceNr() + i;
                if (sequenceNr >= first && sequenceNr <= to) {
                    if (events.size() >= most) {
                        return events;
                    }
                    events.add(new Stored(
                            persistenceId,
                            sequenceNr,
                            frame.offset() + i,
                            frame.timeMillis(),
                            frame.parts().get(i)));
                }
            }
        }
        return events;
    }

    private Frame frameAt(long place) throws IOException {
        Segment segment = reading(() -> segments.get(LogIndex.segmentOf(place)));
        if (segment == null) {
            throw new LogException(LogException.Kind.CORRUPT, "segment " + LogIndex.segmentOf(place) + " is not there");
        }
        long position = LogIndex.positionOf(place);
        ByteBuffer head = ByteBuffer.allocate(FrameFormat.HEADER_BYTES);
        LogFile file = segment.file();
        file.read(head, position);
        int length = FrameFormat.lengthAt(head.flip(), settings.maxFrameBytes())
                .orElseThrow(() -> unreadable(segment, position));
        ByteBuffer whole = ByteBuffer.allocate(length);
        file.read(whole, position);
        return FrameFormat.decode(whole.flip(), segment.header().epoch())
                .orElseThrow(() -> unreadable(segment, position));
    }

    private LogException unreadable(Segment segment, long position) {
        return new LogException(
                LogException.Kind.CORRUPT,
                "the frame at byte " + position + " of " + segment.name() + " in " + disk.where()
                        + " does not read as it was written");
    }

    /** Number of the event after the last durable one. */
    public long endOffset() {
        return durableOffset;
    }

    /** Completes when there are durable events at {@code offset} or beyond; at once if there are. */
    public CompletionStage<Long> reached(long offset) {
        CompletableFuture<Long> waiter = new CompletableFuture<>();
        synchronized (waiters) {
            if (durableOffset <= offset && !closed) {
                waiters.add(new Waiter(offset, waiter));
                return waiter;
            }
        }
        return CompletableFuture.completedFuture(durableOffset);
    }

    /** Completes with the reason when the disk has failed; nothing is stored any more then. */
    public CompletionStage<LogException> whenFailed() {
        return writer.whenFailed();
    }

    /** How the log stands. */
    public Status status() {
        return reading(() -> new Status(
                durableOffset,
                groups,
                segments.size(),
                segments.values().stream().mapToLong(Segment::end).sum(),
                index.size(),
                writer.queued(),
                tornBytes));
    }

    private long define(LogWriter.Batch batch, String persistenceId) {
        Optional<LogIndex.Entry> known = reading(() -> index.find(persistenceId));
        if (known.isPresent()) {
            return known.get().number();
        }
        long number = pendingIds.computeIfAbsent(persistenceId, name -> reading(index::nextNumber) + pendingIds.size());
        if (definedInGroup.add(number)) {
            batch.add(Frame.Kind.ID_DEFINED, number, 0, List.of(persistenceId.getBytes(StandardCharsets.UTF_8)));
        }
        return number;
    }

    // Ids that got a number in the group being written; the index learns them when the group is durable.
    private final Map<String, Long> pendingIds = new HashMap<>();
    private final Set<Long> definedInGroup = new HashSet<>();

    /** Frames of the group with where they go. */
    private record Placed(Frame frame, long place, int length) {}

    private void writeGroup(List<LogWriter.Job> jobs) {
        pendingIds.clear();
        definedInGroup.clear();
        out.clear();
        List<Placed> placed = new ArrayList<>();
        try {
            for (LogWriter.Job job : jobs) {
                job.work().encode((kind, id, sequenceNr, parts) -> add(placed, kind, id, sequenceNr, parts));
            }
            flush(placed);
            publish(placed);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    private void add(List<Placed> placed, Frame.Kind kind, long id, long sequenceNr, List<byte[]> parts) {
        Frame frame = new Frame(
                kind,
                nextFrame,
                durableFrame,
                nextOffset,
                id,
                sequenceNr,
                writer.clock().millis(),
                parts);
        int length = (int) FrameFormat.length(parts);
        try {
            if (current.end() + out.position() + length > settings.segmentBytes()) {
                roll(placed);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
        if (out.remaining() < length) {
            ByteBuffer larger = LogWriter.buffer(Math.max(out.capacity() * 2, out.position() + length));
            out = larger.put(out.flip());
        }
        placed.add(
                new Placed(frame, LogIndex.place(current.header().number(), current.end() + out.position()), length));
        FrameFormat.encode(frame, epoch, out);
        nextFrame++;
        nextOffset = frame.endOffset();
    }

    /** A segment is forced before another follows it, so that only the last one can have a torn tail. */
    private void roll(List<Placed> placed) throws IOException {
        flush(placed);
        publish(placed);
        placed.clear();
        Segment next = Segment.create(disk, header(current.header().number() + 1));
        writing(() -> {
            segments.put(next.header().number(), next);
        });
        current = next;
    }

    private void flush(List<Placed> placed) throws IOException {
        if (placed.isEmpty()) {
            return;
        }
        current.file().write(out.flip(), current.end());
        current.file().force();
        groups++;
        out.clear();
    }

    private void publish(List<Placed> placed) {
        writing(() -> {
            for (Placed each : placed) {
                current.stands(each.frame(), LogIndex.positionOf(each.place()), each.length());
                apply(each.frame(), each.place());
            }
        });
        durableFrame = nextFrame;
        synchronized (waiters) {
            durableOffset = nextOffset;
        }
        wake(waiter -> waiter.offset() < durableOffset);
    }

    private void wake(Predicate<Waiter> whom) {
        List<Waiter> woken;
        synchronized (waiters) {
            woken = waiters.stream().filter(whom).toList();
            waiters.removeAll(woken);
        }
        woken.forEach(waiter -> waiter.reached().complete(durableOffset));
    }

    private void apply(Frame frame, long place) {
        switch (frame.kind()) {
            case EVENTS -> index.stored(frame.id(), frame.sequenceNr(), frame.events(), place);
            case ID_DEFINED -> index.defined(Recovery.text(frame), frame.id());
            case DELETED -> index.deleted(frame.id(), frame.sequenceNr());
            case CURSOR -> index.cursor(Recovery.text(frame), frame.sequenceNr());
            case CURSOR_REMOVED -> index.cursorRemoved(Recovery.text(frame));
            case HIGHEST -> index.raised(frame.id(), frame.sequenceNr());
        }
    }

    private <T> T reading(Supplier<T> look) {
        guard.readLock().lock();
        try {
            return look.get();
        } finally {
            guard.readLock().unlock();
        }
    }

    private void writing(Runnable change) {
        guard.writeLock().lock();
        try {
            change.run();
        } finally {
            guard.writeLock().unlock();
        }
    }

    /** Stores what was taken, and lets the directory go. */
    @Override
    public void close() throws IOException {
        try {
            writer.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (waiters) {
            closed = true;
        }
        wake(waiter -> true);
        for (Segment segment : segments.values()) {
            segment.file().close();
        }
        disk.close();
    }
}
