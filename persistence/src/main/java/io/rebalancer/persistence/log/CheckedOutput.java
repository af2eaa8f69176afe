package io.rebalancer.persistence.log;

import io.rebalancer.persistence.log.LogDisk.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Writes a file from start to end, followed by a checksum of its content. For one thread. */
final class CheckedOutput {
    private static final int BUFFER_BYTES = 256 << 10;

    private final LogFile file;
    private final CRC32C crc = new CRC32C();
    private ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private long position;

    CheckedOutput(LogFile file) {
        this.file = file;
    }

    /** The buffer, with at least so many bytes free. */
    ByteBuffer reserve(int bytes) throws IOException {
        if (buffer.remaining() < bytes) {
            write();
            if (buffer.capacity() < bytes) {
                buffer = ByteBuffer.allocate(bytes);
            }
        }
        return buffer;
    }

    private void write() throws IOException {
        buffer.flip();
        crc.update(buffer.duplicate());
        int count = buffer.remaining();
        file.write(buffer, position);
        position += count;
        buffer.clear();
    }

    void finish() throws IOException {
        write();
        buffer.putInt((int) crc.getValue());
        file.write(buffer.flip(), position);
        file.force();
    }
}
