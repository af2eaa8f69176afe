package io.rebalancer.manager.fast;

import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.util.ByteString;

/** The codec as a stage of a stream. */
public final class FastFrames {

    private FastFrames() {}

    /**
     * Splits a byte stream into messages; fails with {@link FastProtocolException} on the first frame that breaks the protocol.
     *
     * @param maxPayloadBytes largest payload accepted
     */
    public static Flow<ByteString, FastMessage, NotUsed> decoder(int maxPayloadBytes) {
        return Flow.<ByteString>create().statefulMapConcat(() -> {
            FastDecoder decoder = new FastDecoder(maxPayloadBytes);
            return bytes -> decoder.feed(bytes.asByteBuffer());
        });
    }
}
