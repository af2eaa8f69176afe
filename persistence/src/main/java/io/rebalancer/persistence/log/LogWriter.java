package io.rebalancer.persistence.log;

import io.rebalancer.persistence.log.LogQueue.Job;
import io.rebalancer.persistence.log.Segment.Header;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The one thread that writes.
 *
 * <pre>
 * queue ─► all that waits ─► one write ─► one force ─► publisher
 * </pre>
 *
 * While a group is being forced the next one gathers; there is no timer. A write or force that failed is never repeated:
 * what the disk holds then is not known. Everything that waits fails, and the log has to be opened anew.
 */
final class LogWriter {
    static final String THREAD = "event-log-writer";

    private static final int MIN_PREALLOCATION = 64 << 10;
    private static final int ZEROS = 256 << 10;

    private final LogDisk disk;
    private final LogSettings settings;
    private final Clock clock;
    private final LogQueue queue;
    private final IdTable ids;
    private final SegmentList segments;
    private final Publisher publisher;
    private final LogListener listener;
    private final CRC32C crc = new CRC32C();
    private final ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROS);

    private Segment current;
    /** Where the next group goes, and how far the file has been written, zeros included. */
    private long position;

    private long allocated;
    private ByteBuffer out;
    private List<Placed> placed = new ArrayList<>();
    private long nextFrame;
    private long forcedFrame;
    private long nextOffset;
    private long now;

    /** A frame and where it went. */
    record Placed(Frame frame, Segment segment, int position, int length) {
        int end() {
            return position + length;
        }
    }

    LogWriter(
            LogDisk disk,
            LogSettings settings,
            Clock clock,
            LogQueue queue,
            Recovery.Found found,
            SegmentList segments,
            Publisher publisher,
            LogListener listener)
            throws IOException {
        this.disk = disk;
        this.settings = settings;
        this.clock = clock;
        this.queue = queue;
        this.ids = found.ids();
        this.segments = segments;
        this.publisher = publisher;
        this.listener = listener;
        this.nextFrame = found.nextFrame();
        this.forcedFrame = nextFrame;
        this.nextOffset = found.nextOffset();
        this.out = ByteBuffer.allocateDirect(Math.min(settings.maxBatchBytes(), 1 << 20));
        this.current = Segment.create(disk, header(found.epoch() + 1, found));
        this.segments.add(current);
        begin();
    }

    private Header header(int epoch, Recovery.Found found) {
        return new Header(epoch, found.logId(), found.nextSegment(), nextFrame, nextOffset, clock.millis());
    }

    private void begin() {
        position = Segment.BLOCK_BYTES;
        allocated = position;
    }

    /** The writer's thread: returns when the queue is closed and empty. */
    void run() {
        try {
            List<Job> taken = queue.take();
            while (!taken.isEmpty()) {
                write(taken);
                taken = queue.take();
            }
            finish();
        } catch (IOException | RuntimeException | Error e) {
            publisher.fail(failure(e));
        } finally {
            publisher.end();
        }
    }

    private LogException failure(Throwable cause) {
        return cause instanceof LogException known
                ? known
                : new LogException(
                        LogException.Kind.FAILED,
                        "the log could not be written (" + current.name() + " in " + disk.where() + ", from byte "
                                + position + ": " + cause.getMessage()
                                + "); nothing more is taken until it is opened anew",
                        cause);
    }

    private void write(List<Job> taken) throws IOException {
        publisher.writing(taken);
        now = clock.millis();
        try {
            for (Job job : taken) {
                job.encodeInto(this);
            }
        } catch (RollFailed e) {
            throw e.cause;
        }
        flush();
        publisher.publish(placed, taken);
        placed = new ArrayList<>(taken.size());
        publisher.writing(List.of());
    }

    /** Adds a frame of a persistence id to the group; the number of its first event. */
    long add(Frame.Kind kind, long id, long sequenceNr, List<byte[]> parts) {
        int length = (int) FrameFormat.length(parts);
        if (position + out.position() + length > settings.segmentBytes()) {
            roll();
        }
        Frame frame = new Frame(kind, nextFrame, forcedFrame, nextOffset, id, sequenceNr, now, parts);
        if (out.remaining() < length) {
            ByteBuffer larger = ByteBuffer.allocateDirect(Math.max(out.capacity() * 2, out.position() + length));
            out = larger.put(out.flip());
        }
        placed.add(new Placed(frame, current, (int) position + out.position(), length));
        FrameFormat.encode(frame, length, current.header().epoch(), out, crc);
        nextFrame++;
        nextOffset = frame.endOffset();
        return frame.offset();
    }

    /** The entry of a persistence id; a new one is defined in the group. */
    IdTable.Entry entry(String persistenceId) {
        return ids.find(persistenceId).orElseGet(() -> {
            IdTable.Entry entry = ids.add(persistenceId);
            add(Frame.Kind.ID_DEFINED, entry.number(), 0, Frame.text(persistenceId));
            return entry;
        });
    }

    IdTable ids() {
        return ids;
    }

    /** Number of the event that comes next. */
    long nextOffset() {
        return nextOffset;
    }

    private static final class RollFailed extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final IOException cause;

        RollFailed(IOException cause) {
            super(cause);
            this.cause = cause;
        }
    }

    /** A segment is forced before another follows it, so that only the last one can have a torn tail. */
    private void roll() {
        try {
            flush();
            publisher.publish(placed, List.of());
            placed = new ArrayList<>();
            publisher.diskBusySince(System.nanoTime());
            finish();
            Header before = current.header();
            current = Segment.create(
                    disk, new Header(before.epoch(), before.logId(), before.number() + 1, nextFrame, nextOffset, now));
            publisher.diskIdle();
            segments.add(current);
            begin();
        } catch (IOException e) {
            throw new RollFailed(e);
        }
    }

    /** Takes back the zeros ahead. */
    private void finish() throws IOException {
        if (allocated > position) {
            current.file().truncate(position);
        }
    }

    private void flush() throws IOException {
        if (placed.isEmpty()) {
            return;
        }
        long begun = System.nanoTime();
        int bytes = out.position();
        publisher.diskBusySince(begun);
        current.file().write(out.flip(), position);
        out.clear();
        position += bytes;
        allocateAhead();
        current.file().force();
        publisher.diskIdle();
        forcedFrame = nextFrame;
        listener.forced(placed.size(), bytes, System.nanoTime() - begun);
    }

    /**
     * A force that need not store a new length of the file takes half the time, so zeros are written ahead: as many as
     * the segment has bytes already, so that a small log stays small.
     */
    private void allocateAhead() throws IOException {
        if (position <= allocated) {
            return;
        }
        allocated = position;
        long wanted = Math.min(settings.aheadBytes(), Math.max(MIN_PREALLOCATION, position));
        long until = Math.min(settings.segmentBytes(), position + wanted);
        while (settings.aheadBytes() > 0 && allocated < until) {
            int count = (int) Math.min(ZEROS, until - allocated);
            current.file().write(zeros.clear().limit(count), allocated);
            allocated += count;
        }
    }
}
