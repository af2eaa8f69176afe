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
    private static final int LENGTH_AT = 4;
    private static final int CRC_AT = 8;
    private static final int EPOCH_AT = 12;
    private static final int NUMBER_AT = 16;
    private static final int PARTS_AT = 68;
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
    static void encode(Frame frame, int length, int epoch, ByteBuffer out, CRC32C crc) {
        int begin = out.position();
        out.putInt(MAGIC).putInt(length).putInt(0).putInt(epoch);
        out.putLong(frame.number()).putLong(frame.durableBefore()).putLong(frame.offset());
        out.putLong(frame.id()).putLong(frame.sequenceNr()).putLong(frame.timeMillis());
        out.putShort((short) frame.kind().number())
                .putShort((short) 0)
                .putInt(frame.parts().size());
        for (byte[] part : frame.parts()) {
            out.putInt(part.length).put(part);
        }
        int end = begin + length;
        while (out.position() < end) {
            out.put((byte) 0);
        }
        int limit = out.limit();
        crc.reset();
        crc.update(out.limit(end).position(begin));
        out.limit(limit).putInt(begin + CRC_AT, (int) crc.getValue());
    }

    /** Length of the frame whose header begins at {@code in}'s position, or empty if no frame can begin there. */
    static Optional<Integer> lengthAt(ByteBuffer in, int maxBytes) {
        if (in.remaining() < HEADER_BYTES || in.getInt(in.position()) != MAGIC) {
            return Optional.empty();
        }
        int length = in.getInt(in.position() + LENGTH_AT);
        boolean possible = length >= HEADER_BYTES && length <= maxBytes && length % ALIGNMENT == 0;
        return possible ? Optional.of(length) : Optional.empty();
    }

    /**
     * What the header of a frame says.
     *
     * @param parts how many it holds
     */
    record Head(
            Frame.Kind kind,
            long number,
            long durableBefore,
            long offset,
            long id,
            long sequenceNr,
            long timeMillis,
            int parts) {

        int events() {
            return kind == Frame.Kind.EVENTS ? parts : 0;
        }
    }

    /** The header of the frame that fills {@code in} exactly, or empty if these bytes are none of that epoch. */
    static Optional<Head> head(ByteBuffer in, int epoch) {
        int begin = in.position();
        if (in.remaining() < HEADER_BYTES || in.getInt(begin + EPOCH_AT) != epoch || !checked(in)) {
            return Optional.empty();
        }
        int kind = in.getShort(begin + 64);
        int parts = in.getInt(begin + PARTS_AT);
        if (kind < 1 || kind > KINDS.length || parts < 0) {
            return Optional.empty();
        }
        return Optional.of(new Head(
                KINDS[kind - 1],
                in.getLong(begin + NUMBER_AT),
                in.getLong(begin + 24),
                in.getLong(begin + 32),
                in.getLong(begin + 40),
                in.getLong(begin + 48),
                in.getLong(begin + 56),
                parts));
    }

    /** The frame that fills {@code in} exactly, or empty if these bytes are none of that epoch. */
    static Optional<Frame> decode(ByteBuffer in, int epoch) {
        return head(in, epoch).flatMap(head -> parts(in, head.parts()).map(parts -> frame(head, parts)));
    }

    private static Frame frame(Head head, List<byte[]> parts) {
        return new Frame(
                head.kind(),
                head.number(),
                head.durableBefore(),
                head.offset(),
                head.id(),
                head.sequenceNr(),
                head.timeMillis(),
                parts);
    }

    private static Optional<List<byte[]>> parts(ByteBuffer in, int count) {
        ByteBuffer from = in.duplicate();
        from.position(in.position() + HEADER_BYTES);
        List<byte[]> parts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (from.remaining() < Integer.BYTES) {
                return Optional.empty();
            }
            int length = from.getInt();
            if (length < 0 || length > from.remaining()) {
                return Optional.empty();
            }
            byte[] part = new byte[length];
            from.get(part);
            parts.add(part);
        }
        return Optional.of(parts);
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
