package io.rebalancer.persistence.log;

import io.rebalancer.persistence.log.LogDisk.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** A buffer over part of a segment that moves forward as frames are read. For one thread. */
final class FrameWindow {
    private final LogFile file;
    private final int epoch;
    private final int maxFrameBytes;
    private final long endPosition;
    private int readAheadBytes;
    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private long bufferPosition;

    /**
     * @param endPosition position after the last byte that may be read
     * @param readAheadBytes number of bytes to read at a time
     */
    FrameWindow(Segment segment, int maxFrameBytes, long endPosition, int readAheadBytes) {
        this.file = segment.file();
        this.epoch = segment.header().epoch();
        this.maxFrameBytes = maxFrameBytes;
        this.endPosition = endPosition;
        this.readAheadBytes = readAheadBytes;
    }

    /** Sets the number of bytes to read at a time from now on. */
    void setReadAheadBytes(int bytes) {
        readAheadBytes = bytes;
    }

    /** The bytes of the frame whose header is at {@code position}, unchecked; empty if no whole frame can be there. */
    Optional<ByteBuffer> bytesAt(long position) throws IOException {
        if (!covers(position, FrameFormat.HEADER_BYTES)) {
            return Optional.empty();
        }
        Optional<Integer> length = FrameFormat.lengthAt(slice(position, FrameFormat.HEADER_BYTES), maxFrameBytes);
        if (length.isEmpty() || !covers(position, length.get())) {
            return Optional.empty();
        }
        return Optional.of(slice(position, length.get()));
    }

    /** The frame at {@code position}; empty if there is no valid one. */
    Optional<Frame> frameAt(long position) throws IOException {
        return bytesAt(position).flatMap(bytes -> FrameFormat.decode(bytes, epoch));
    }

    /** Whether there are only zeros from {@code position} to the end. */
    boolean hasOnlyZerosFrom(long position) throws IOException {
        for (long at = position; at < endPosition; at++) {
            if (!covers(at, 1) || buffer.get((int) (at - bufferPosition)) != 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * Looks after {@code position} for proof that frame number {@code frame} was forced: a frame that was written when all
     * frames up to and including that one were durable. If there is one, an invalid frame at {@code position} was valid
     * once.
     *
     * @return the position of the proof
     */
    Optional<Long> positionProvingForced(long position, long frame) throws IOException {
        for (long at = position + FrameFormat.ALIGNMENT; at < endPosition; at += FrameFormat.ALIGNMENT) {
            boolean proven = bytesAt(at)
                    .flatMap(bytes -> FrameFormat.decodeHeader(bytes, epoch))
                    .filter(header -> header.durableBefore() > frame)
                    .isPresent();
            if (proven) {
                return Optional.of(at);
            }
        }
        return Optional.empty();
    }

    private ByteBuffer slice(long position, int length) {
        return buffer.slice((int) (position - bufferPosition), length);
    }

    /** Whether the segment has so many bytes from {@code position} on; if so, they are in the buffer now. */
    private boolean covers(long position, int length) throws IOException {
        if (position + length > endPosition) {
            return false;
        }
        if (position >= bufferPosition && position + length <= bufferPosition + buffer.limit()) {
            return true;
        }
        int wantedBytes = (int) Math.min(Math.max(length, readAheadBytes), endPosition - position);
        if (buffer.capacity() < wantedBytes) {
            buffer = ByteBuffer.allocate(wantedBytes);
        }
        bufferPosition = position;
        buffer.clear().limit(wantedBytes);
        file.read(buffer, position);
        buffer.flip();
        return buffer.limit() >= length;
    }
}
