package io.rebalancer.persistence.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** The frames that are written and forced together, encoded into one buffer. For the writer's thread only. */
final class FrameGroup {
    private static final int MAX_INITIAL_BYTES = 1 << 20;

    private final CRC32C crc = new CRC32C();
    private ByteBuffer buffer;
    private List<WrittenFrame> frames = new ArrayList<>();

    FrameGroup(int maxBatchBytes) {
        buffer = ByteBuffer.allocateDirect(Math.min(maxBatchBytes, MAX_INITIAL_BYTES));
    }

    int bytes() {
        return buffer.position();
    }

    int size() {
        return frames.size();
    }

    /**
     * Encodes a frame at the end of the group.
     *
     * @param length of the frame in bytes
     * @param groupPosition position of the group's first byte in the segment
     */
    void add(Frame frame, int length, Segment segment, long groupPosition) {
        if (buffer.remaining() < length) {
            ByteBuffer larger = ByteBuffer.allocateDirect(Math.max(buffer.capacity() * 2, buffer.position() + length));
            buffer = larger.put(buffer.flip());
        }
        frames.add(new WrittenFrame(frame, segment, (int) groupPosition + buffer.position(), length));
        FrameFormat.encode(frame, length, segment.header().epoch(), buffer, crc);
    }

    /** The encoded bytes, ready to be written. Call {@link #clearBytes()} afterwards. */
    ByteBuffer encodedBytes() {
        return buffer.flip();
    }

    void clearBytes() {
        buffer.clear();
    }

    /** Removes and returns the frames of the group. */
    List<WrittenFrame> takeFrames() {
        List<WrittenFrame> taken = frames;
        frames = new ArrayList<>(taken.size());
        return taken;
    }
}
