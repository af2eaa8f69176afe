package io.rebalancer.persistence.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Frames as bytes. All numbers are big-endian.
 *
 * <pre>
 *  0  magic "RBLF"          4
 *  4  length, whole frame   4   a multiple of 8; at most the log's limit, which is checked before anything is allocated
 *  8  CRC32C                4   of the whole frame, with zeros here
 * 12  epoch                 4   that of the segment, so that bytes of an earlier writer never pass as new
 * 16  number                8
 * 24  durable before        8   tells a torn tail from a damaged log: see {@link Recovery}
 * 32  offset                8
 * 40  id                    8
 * 48  sequence number       8
 * 56  time, ms              8
 * 64  kind                  2
 * 66  zero                  2
 * 68  parts                 4
 * 72  parts: length 4, bytes … then zeros up to a multiple of 8
 * </pre>
 */
final class FrameFormat {
    static final int HEADER_BYTES = 72;
    static final int ALIGNMENT = 8;
    private static final int MAGIC = 0x52424C46;
    private static final int CRC_AT = 8;
    private static final Frame.Kind[] KINDS = Frame.Kind.values();

    private FrameFormat() {}

    /** Bytes that a frame with these parts takes. */
    static long length(List<byte[]> parts) {
        long length = HEADER_BYTES;
        for (byte[] part : parts) {
            length += Integer.BYTES + part.length;
        }
        return (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /** Appends the frame to {@code out}, which has room for it. */
    static void encode(Frame frame, int epoch, ByteBuffer out) {
        int begin = out.position();
        int length = (int) length(frame.parts());
        out.putInt(MAGIC).putInt(length).putInt(0).putInt(epoch);
        out.putLong(frame.number()).putLong(frame.durableBefore()).putLong(frame.offset());
        out.putLong(frame.id()).putLong(frame.sequenceNr()).putLong(frame.timeMillis());
        out.putShort((short) frame.kind().number())
                .putShort((short) 0)
                .putInt(frame.parts().size());
        for (byte[] part : frame.parts()) {
            out.putInt(part.length).put(part);
        }
        while (out.position() < begin + length) {
            out.put((byte) 0);
        }
        CRC32C crc = new CRC32C();
        crc.update(out.duplicate().position(begin).limit(begin + length));
        out.putInt(begin + CRC_AT, (int) crc.getValue());
    }

    /** Length of the frame whose header begins at {@code in}'s position, or empty if no frame can begin there. */
    static Optional<Integer> lengthAt(ByteBuffer in, int maxBytes) {
        if (in.remaining() < HEADER_BYTES || in.getInt(in.position()) != MAGIC) {
            return Optional.empty();
        }
        int length = in.getInt(in.position() + 4);
        boolean possible = length >= HEADER_BYTES && length <= maxBytes && length % ALIGNMENT == 0;
        return possible ? Optional.of(length) : Optional.empty();
    }

    /** The frame that fills {@code in} exactly, or empty if these bytes are none of that epoch. */
    static Optional<Frame> decode(ByteBuffer in, int epoch) {
        int begin = in.position();
        if (in.getInt(begin + 12) != epoch || !checked(in)) {
            return Optional.empty();
        }
        ByteBuffer frame = in.duplicate();
        frame.position(begin + 16);
        long number = frame.getLong();
        long durableBefore = frame.getLong();
        long offset = frame.getLong();
        long id = frame.getLong();
        long sequenceNr = frame.getLong();
        long time = frame.getLong();
        int kind = frame.getShort();
        frame.getShort();
        int count = frame.getInt();
        if (kind < 1 || kind > KINDS.length || count < 0) {
            return Optional.empty();
        }
        List<byte[]> parts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (frame.remaining() < Integer.BYTES) {
                return Optional.empty();
            }
            int length = frame.getInt();
            if (length < 0 || length > frame.remaining()) {
                return Optional.empty();
            }
            byte[] part = new byte[length];
            frame.get(part);
            parts.add(part);
        }
        return Optional.of(new Frame(KINDS[kind - 1], number, durableBefore, offset, id, sequenceNr, time, parts));
    }

    private static boolean checked(ByteBuffer in) {
        ByteBuffer whole = in.duplicate();
        int begin = whole.position();
        int end = whole.limit();
        CRC32C crc = new CRC32C();
        crc.update(whole.limit(begin + CRC_AT));
        crc.update(new byte[Integer.BYTES]);
        whole.limit(end).position(begin + CRC_AT + Integer.BYTES);
        crc.update(whole);
        return (int) crc.getValue() == in.getInt(begin + CRC_AT);
    }
}
