package io.rebalancer.persistence.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The encoding of frames. All numbers are big-endian.
 *
 * <pre>
 *  0  magic "RBLF"          4
 *  4  length, whole frame   4   a multiple of 8; compared with the log's limit before anything is allocated
 *  8  CRC32C                4   of the whole frame, with zeros here
 * 12  epoch                 4   of the segment, so that bytes of an earlier writer are never taken for new ones
 * 16  number                8
 * 24  durable before        8   distinguishes a torn tail from damage: see {@link Recovery}
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
    private static final int DURABLE_BEFORE_AT = 24;
    private static final int OFFSET_AT = 32;
    private static final int ID_AT = 40;
    private static final int SEQUENCE_NR_AT = 48;
    private static final int TIME_AT = 56;
    private static final int KIND_AT = 64;
    private static final int PARTS_AT = 68;
    private static final Frame.Kind[] KINDS = Frame.Kind.values();

    private FrameFormat() {}

    /** Length in bytes of a frame with these parts. */
    static long length(List<byte[]> parts) {
        long length = HEADER_BYTES;
        for (byte[] part : parts) {
            length += Integer.BYTES + part.length;
        }
        return (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /** Appends the frame to {@code target}, which must have {@code length} bytes free. */
    static void encode(Frame frame, int length, int epoch, ByteBuffer target, CRC32C crc) {
        int begin = target.position();
        target.putInt(MAGIC).putInt(length).putInt(0).putInt(epoch);
        target.putLong(frame.number()).putLong(frame.durableBefore()).putLong(frame.offset());
        target.putLong(frame.id()).putLong(frame.sequenceNr()).putLong(frame.timeMillis());
        target.putShort((short) frame.kind().number())
                .putShort((short) 0)
                .putInt(frame.parts().size());
        for (byte[] part : frame.parts()) {
            target.putInt(part.length).put(part);
        }
        int end = begin + length;
        while (target.position() < end) {
            target.put((byte) 0);
        }
        int limit = target.limit();
        crc.reset();
        crc.update(target.limit(end).position(begin));
        target.limit(limit).putInt(begin + CRC_AT, (int) crc.getValue());
    }

    /** Length of the frame that begins at the position of {@code source}; empty if no frame can begin there. */
    static Optional<Integer> lengthAt(ByteBuffer source, int maxBytes) {
        if (source.remaining() < HEADER_BYTES || source.getInt(source.position()) != MAGIC) {
            return Optional.empty();
        }
        int length = source.getInt(source.position() + LENGTH_AT);
        boolean possible = length >= HEADER_BYTES && length <= maxBytes && length % ALIGNMENT == 0;
        return possible ? Optional.of(length) : Optional.empty();
    }

    /**
     * The header of a frame; see {@link Frame}.
     *
     * @param parts number of parts
     */
    record FrameHeader(
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

    /** The header of the frame that fills {@code source} exactly; empty if it is no valid frame of that epoch. */
    static Optional<FrameHeader> decodeHeader(ByteBuffer source, int epoch) {
        int begin = source.position();
        if (source.remaining() < HEADER_BYTES
                || source.getInt(begin + EPOCH_AT) != epoch
                || !hasValidChecksum(source)) {
            return Optional.empty();
        }
        int kind = source.getShort(begin + KIND_AT);
        int parts = source.getInt(begin + PARTS_AT);
        if (kind < 1 || kind > KINDS.length || parts < 0) {
            return Optional.empty();
        }
        return Optional.of(new FrameHeader(
                KINDS[kind - 1],
                source.getLong(begin + NUMBER_AT),
                source.getLong(begin + DURABLE_BEFORE_AT),
                source.getLong(begin + OFFSET_AT),
                source.getLong(begin + ID_AT),
                source.getLong(begin + SEQUENCE_NR_AT),
                source.getLong(begin + TIME_AT),
                parts));
    }

    /** The frame that fills {@code source} exactly; empty if it is no valid frame of that epoch. */
    static Optional<Frame> decode(ByteBuffer source, int epoch) {
        return decodeHeader(source, epoch)
                .flatMap(header -> decodeParts(source, header.parts()).map(parts -> frame(header, parts)));
    }

    private static Frame frame(FrameHeader header, List<byte[]> parts) {
        return new Frame(
                header.kind(),
                header.number(),
                header.durableBefore(),
                header.offset(),
                header.id(),
                header.sequenceNr(),
                header.timeMillis(),
                parts);
    }

    private static Optional<List<byte[]>> decodeParts(ByteBuffer source, int count) {
        ByteBuffer content = source.duplicate();
        content.position(source.position() + HEADER_BYTES);
        List<byte[]> parts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (content.remaining() < Integer.BYTES) {
                return Optional.empty();
            }
            int length = content.getInt();
            if (length < 0 || length > content.remaining()) {
                return Optional.empty();
            }
            byte[] part = new byte[length];
            content.get(part);
            parts.add(part);
        }
        return Optional.of(parts);
    }

    private static boolean hasValidChecksum(ByteBuffer source) {
        ByteBuffer whole = source.duplicate();
        int begin = whole.position();
        int end = whole.limit();
        CRC32C crc = new CRC32C();
        crc.update(whole.limit(begin + CRC_AT));
        crc.update(new byte[Integer.BYTES]);
        whole.limit(end).position(begin + CRC_AT + Integer.BYTES);
        crc.update(whole);
        return (int) crc.getValue() == source.getInt(begin + CRC_AT);
    }
}
