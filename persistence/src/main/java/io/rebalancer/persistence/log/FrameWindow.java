package io.rebalancer.persistence.log;

import io.rebalancer.persistence.log.LogDisk.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** A part of a segment in memory, moved along as its frames are read. For one thread. */
final class FrameWindow {
    private final LogFile file;
    private final int epoch;
    private final int maxFrameBytes;
    private final long end;
    private int ahead;
    private ByteBuffer bytes = ByteBuffer.allocate(0);
    private long begin;

    /**
     * @param end position after the last byte that may be read
     * @param ahead how much is read at a time
     */
    FrameWindow(Segment segment, int maxFrameBytes, long end, int ahead) {
        this.file = segment.file();
        this.epoch = segment.header().epoch();
        this.maxFrameBytes = maxFrameBytes;
        this.end = end;
        this.ahead = ahead;
    }

    /** From now on so much is read at a time. */
    void ahead(int atATime) {
        ahead = atATime;
    }

    /** The bytes that the header at {@code position} claims, or empty if no whole frame can be there. */
    Optional<ByteBuffer> bytesAt(long position) throws IOException {
        if (!covers(position, FrameFormat.HEADER_BYTES)) {
            return Optional.empty();
        }
        Optional<Integer> length = FrameFormat.lengthAt(at(position, FrameFormat.HEADER_BYTES), maxFrameBytes);
        if (length.isEmpty() || !covers(position, length.get())) {
            return Optional.empty();
        }
        return Optional.of(at(position, length.get()));
    }

    /** The frame at {@code position}, or empty if there is none. */
    Optional<Frame> frameAt(long position) throws IOException {
        return bytesAt(position).flatMap(each -> FrameFormat.decode(each, epoch));
    }

    /** Whether there is nothing but zeros from {@code position} to the end. */
    boolean zerosFrom(long position) throws IOException {
        for (long at = position; at < end; at++) {
            if (!covers(at, 1) || bytes.get((int) (at - begin)) != 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * Where a frame stands after {@code position} that was written when frames before {@code frame}, that one included,
     * were forced already. If what stands at {@code position} is not whole then, it was once.
     */
    Optional<Long> forcedLater(long position, long frame) throws IOException {
        for (long at = position + FrameFormat.ALIGNMENT; at < end; at += FrameFormat.ALIGNMENT) {
            boolean forced = bytesAt(at)
                    .flatMap(each -> FrameFormat.head(each, epoch))
                    .filter(head -> head.durableBefore() > frame)
                    .isPresent();
            if (forced) {
                return Optional.of(at);
            }
        }
        return Optional.empty();
    }

    private ByteBuffer at(long position, int length) {
        return bytes.slice((int) (position - begin), length);
    }

    private boolean covers(long position, int length) throws IOException {
        if (position + length > end) {
            return false;
        }
        if (position >= begin && position + length <= begin + bytes.limit()) {
            return true;
        }
        int wanted = (int) Math.min(Math.max(length, ahead), end - position);
        if (bytes.capacity() < wanted) {
            bytes = ByteBuffer.allocate(wanted);
        }
        begin = position;
        bytes.clear().limit(wanted);
        file.read(bytes, position);
        bytes.flip();
        return bytes.limit() >= length;
    }
}
