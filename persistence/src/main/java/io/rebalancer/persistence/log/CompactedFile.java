package io.rebalancer.persistence.log;

import io.rebalancer.persistence.log.LogDisk.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Writes a compacted segment from start to end, and collects its index. It forces the file often, so that no force of the log's
 * writer ever waits for more than a little of it. For one thread.
 */
final class CompactedFile {
    private static final int FORCED_BYTES = 1 << 20;

    private final LogFile file;
    private final Segment.Header header;
    private final GrowingIndex index = new GrowingIndex();
    private final CRC32C crc = new CRC32C();
    private ByteBuffer buffer = ByteBuffer.allocate(FORCED_BYTES);
    private long bufferPosition;

    CompactedFile(LogFile file, Segment.Header header) {
        this.file = file;
        this.header = header;
        buffer.put(Segment.encode(header));
    }

    /** Adds a frame of a replaced segment. */
    void add(Frame frame) throws IOException {
        int length = (int) FrameFormat.length(frame.parts());
        if (buffer.remaining() < length) {
            writeAndForce();
            if (buffer.capacity() < length) {
                buffer = ByteBuffer.allocate(length);
            }
        }
        int position = (int) bufferPosition + buffer.position();
        if (frame.kind() == Frame.Kind.EVENTS) {
            index.addEvents(frame.id(), frame.sequenceNr(), frame.events(), frame.offset(), position);
        } else {
            index.addControlFrame(frame);
        }
        FrameFormat.encode(frame, length, header.epoch(), buffer, crc);
    }

    private void writeAndForce() throws IOException {
        buffer.flip();
        int count = buffer.remaining();
        file.write(buffer, bufferPosition);
        file.force();
        bufferPosition += count;
        buffer.clear();
    }

    /**
     * Writes the rest, and returns the index.
     *
     * @throws IOException if the file did not become as long as its header states, which would make it unreadable
     */
    GrowingIndex finish() throws IOException {
        writeAndForce();
        long expected = header.compaction().map(Segment.Compaction::endPosition).orElse(0L);
        if (bufferPosition != expected) {
            throw new IOException("the compacted segment " + Segment.name(header.number()) + " has " + bufferPosition
                    + " bytes instead of " + expected + "; it is discarded");
        }
        return index;
    }
}
