package io.rebalancer.persistence.log;

import io.rebalancer.persistence.log.Segment.Header;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.List;

/**
 * Writes the log, on one thread.
 *
 * <pre>
 * queue ─► all waiting requests ─► one write ─► one force ─► publisher
 * </pre>
 *
 * While one group is forced, the next group gathers in the queue; there is no timer. A failed write or force is never
 * retried, because it is then unknown what the disk holds. All waiting requests fail, and the log must be reopened.
 */
final class LogWriter {
    private final Clock clock;
    private final LogQueue queue;
    private final IdTable ids;
    private final Publisher publisher;
    private final LogListener listener;
    private final SegmentAppender appender;
    private final FrameGroup group;
    private long nextFrame;
    private long firstUnforcedFrame;
    private long nextOffset;
    private long groupMillis;

    LogWriter(
            LogDisk disk,
            LogSettings settings,
            Clock clock,
            LogQueue queue,
            Recovery.RecoveredLog recovered,
            SegmentList segments,
            Publisher publisher,
            LogListener listener)
            throws IOException {
        this.clock = clock;
        this.queue = queue;
        this.ids = recovered.ids();
        this.publisher = publisher;
        this.listener = listener;
        this.nextFrame = recovered.nextFrame();
        this.firstUnforcedFrame = nextFrame;
        this.nextOffset = recovered.nextOffset();
        this.group = new FrameGroup(settings.maxBatchBytes());
        Header header = new Header(
                recovered.epoch() + 1,
                recovered.logId(),
                recovered.nextSegment(),
                nextFrame,
                nextOffset,
                clock.millis());
        this.appender = new SegmentAppender(disk, settings, segments, header);
    }

    /** The writer's thread: returns when the queue is closed and empty. */
    void run() {
        try {
            List<WriteRequest> batch = queue.take();
            while (!batch.isEmpty()) {
                write(batch);
                batch = queue.take();
            }
            appender.finish();
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
                        "the log could not be written (" + appender.location() + ": " + cause.getMessage()
                                + "); it accepts nothing until it is reopened",
                        cause);
    }

    private void write(List<WriteRequest> batch) throws IOException {
        publisher.setInProgress(batch);
        groupMillis = clock.millis();
        try {
            for (WriteRequest request : batch) {
                request.encodeInto(this);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        flush();
        publisher.publish(group.takeFrames(), batch);
        publisher.setInProgress(List.of());
    }

    /**
     * Adds a frame to the group.
     *
     * @param id number of a persistence id, or 0
     * @return the offset of the frame's first event
     * @throws UncheckedIOException if the segment is full and the next one can't be started
     */
    long add(Frame.Kind kind, long id, long sequenceNr, List<byte[]> parts) {
        int length = (int) FrameFormat.length(parts);
        if (!appender.hasSpaceFor((long) group.bytes() + length)) {
            startNextSegment();
        }
        Frame frame = new Frame(kind, nextFrame, firstUnforcedFrame, nextOffset, id, sequenceNr, groupMillis, parts);
        group.add(frame, length, appender.segment(), appender.position());
        nextFrame++;
        nextOffset = frame.endOffset();
        return frame.offset();
    }

    /** The entry of a persistence id. If the id is new, a frame that defines it is added to the group. */
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

    /** Offset of the next event. */
    long nextOffset() {
        return nextOffset;
    }

    /** Forces a segment before another follows it, so that only the last segment can have a torn tail. */
    private void startNextSegment() {
        try {
            flush();
            publisher.publish(group.takeFrames(), List.of());
            publisher.setDiskBusySince(System.nanoTime());
            appender.startNext(nextFrame, nextOffset, groupMillis);
            publisher.setDiskIdle();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void flush() throws IOException {
        if (group.size() == 0) {
            return;
        }
        long startNanos = System.nanoTime();
        int bytes = group.bytes();
        publisher.setDiskBusySince(startNanos);
        appender.appendAndForce(group.encodedBytes());
        group.clearBytes();
        publisher.setDiskIdle();
        firstUnforcedFrame = nextFrame;
        listener.groupForced(group.size(), bytes, System.nanoTime() - startNanos);
    }
}
