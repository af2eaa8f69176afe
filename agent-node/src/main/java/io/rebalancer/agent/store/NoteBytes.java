package io.rebalancer.agent.store;

import io.rebalancer.core.object.ContentMd5;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * A {@link FileNote} as the bytes of an extended attribute. A usual note has less than {@value #INODE_BYTES} bytes, which
 * ext4 stores in the file's inode; a longer one costs each file a block of 4 KiB, and a further write with each force.
 *
 * <pre>
 * version 2: 0x02, known fields (1 byte), assignment (16 bytes), then those that are known of:
 *            epoch (number), MD5 (16 bytes), size (number), time of verification (number, milliseconds since 1970)
 * number:    7 bits in each byte, the lowest first; the highest bit of a byte is set if another byte follows
 * version 1: the text of {@link FileNote#text}, as earlier builds wrote it
 * </pre>
 */
final class NoteBytes {
    /** An inode of 256 bytes has that much space for the value of one attribute with the note's name. */
    static final int INODE_BYTES = 56;

    private static final byte VERSION = 2;
    private static final int MAX_BYTES = 128;
    private static final int MD5_BYTES = 16;

    private static final int EPOCH = 1;
    private static final int MD5 = 2;
    private static final int SIZE = 4;
    private static final int VERIFIED = 8;

    private NoteBytes() {}

    static ByteBuffer encode(FileNote note) {
        ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES);
        bytes.put(VERSION).put(knownFields(note));
        bytes.putLong(note.assignmentId().getMostSignificantBits());
        bytes.putLong(note.assignmentId().getLeastSignificantBits());
        note.jobEpoch().ifPresent(epoch -> putNumber(bytes, epoch));
        note.md5().ifPresent(md5 -> bytes.put(md5.bytes()));
        note.sizeBytes().ifPresent(size -> putNumber(bytes, size));
        note.verified().ifPresent(time -> putNumber(bytes, time.toEpochMilli()));
        return bytes.flip();
    }

    private static byte knownFields(FileNote note) {
        return (byte) ((note.jobEpoch().isPresent() ? EPOCH : 0)
                | (note.md5().isPresent() ? MD5 : 0)
                | (note.sizeBytes().isPresent() ? SIZE : 0)
                | (note.verified().isPresent() ? VERIFIED : 0));
    }

    private static void putNumber(ByteBuffer bytes, long number) {
        long rest = number;
        while (rest >>> 7 != 0) {
            bytes.put((byte) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        bytes.put((byte) rest);
    }

    /** Empty for a note of another version or a damaged note: the file counts as a file without a note. */
    static Optional<FileNote> decode(ByteBuffer bytes) {
        if (!bytes.hasRemaining() || bytes.get(bytes.position()) != VERSION) {
            return FileNote.parse(StandardCharsets.US_ASCII.decode(bytes).toString());
        }
        try {
            bytes.get();
            FileNote note = decodeFields(bytes);
            return bytes.hasRemaining() ? Optional.empty() : Optional.of(note);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static FileNote decodeFields(ByteBuffer bytes) {
        int known = bytes.get();
        if ((known & ~(EPOCH | MD5 | SIZE | VERIFIED)) != 0) {
            throw new IllegalArgumentException("unknown fields");
        }
        UUID assignmentId = new UUID(bytes.getLong(), bytes.getLong());
        OptionalLong epoch = (known & EPOCH) == 0 ? OptionalLong.empty() : OptionalLong.of(number(bytes));
        Optional<ContentMd5> md5 = (known & MD5) == 0 ? Optional.empty() : Optional.of(md5(bytes));
        OptionalLong size = (known & SIZE) == 0 ? OptionalLong.empty() : OptionalLong.of(number(bytes));
        Optional<Instant> verified =
                (known & VERIFIED) == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(number(bytes)));
        return new FileNote(assignmentId, epoch, md5, size, verified);
    }

    private static ContentMd5 md5(ByteBuffer bytes) {
        byte[] digest = new byte[MD5_BYTES];
        bytes.get(digest);
        return new ContentMd5(Base64.getEncoder().encodeToString(digest));
    }

    private static long number(ByteBuffer bytes) {
        long number = 0;
        for (int shift = 0; shift < Long.SIZE - 1; shift += 7) {
            byte next = bytes.get();
            number |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return number;
            }
        }
        throw new IllegalArgumentException("a number of more than 63 bits");
    }
}
