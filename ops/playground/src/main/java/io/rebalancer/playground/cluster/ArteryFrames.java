package io.rebalancer.playground.cluster;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.util.ByteString;

/**
 * Cuts the bytes of one connection between cluster members into its messages. A connection of Pekko's remoting over TCP
 * begins with four bytes that identify the protocol and one byte for the stream; each message is preceded by its length in
 * four bytes, the lowest first.
 */
final class ArteryFrames {
    private static final int HEADER_BYTES = 5;
    private static final int STREAM = 4;
    private static final int LENGTH_BYTES = 4;

    private ByteString pending = ByteString.emptyByteString();
    private boolean headerRead;
    private int stream;

    /**
     * A part of the connection's bytes.
     *
     * @param isMessage whether it is one message; otherwise it is the header, without which no message can be read
     * @param stream the stream of the connection: control messages, ordinary messages or large messages
     */
    record Frame(boolean isMessage, int stream, ByteString bytes) {}

    /** The frames that are complete with these bytes, in order. */
    List<Frame> feed(ByteString bytes) {
        pending = pending.concat(bytes);
        List<Frame> complete = new ArrayList<>();
        if (!headerRead && pending.size() >= HEADER_BYTES) {
            stream = pending.apply(STREAM);
            headerRead = true;
            complete.add(take(false, HEADER_BYTES));
        }
        while (headerRead && pending.size() >= LENGTH_BYTES && pending.size() >= LENGTH_BYTES + length()) {
            complete.add(take(true, LENGTH_BYTES + length()));
        }
        pending = pending.compact();
        return complete;
    }

    private int length() {
        return pending.take(LENGTH_BYTES)
                .toByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN)
                .getInt();
    }

    private Frame take(boolean isMessage, int count) {
        Frame frame = new Frame(isMessage, stream, pending.take(count));
        pending = pending.drop(count);
        return frame;
    }
}
