package io.rebalancer.playground.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

class ArteryFramesTest {
    private static final ByteString HEADER = ByteString.fromArray(new byte[] {'A', 'K', 'K', 'A', 2});

    private static ByteString message(int length) {
        byte[] bytes = new byte[4 + length];
        bytes[0] = (byte) length;
        bytes[1] = (byte) (length >> 8);
        return ByteString.fromArray(bytes);
    }

    /** However the bytes arrive, the messages are the same. */
    @Test
    void aConnectionIsCutIntoItsHeaderAndItsMessages() {
        ByteString bytes = HEADER.concat(message(3))
                .concat(message(0))
                .concat(message(700))
                .concat(message(1));
        for (int piece = 1; piece <= bytes.size(); piece++) {
            ArteryFrames frames = new ArteryFrames();
            List<ArteryFrames.Frame> found = new ArrayList<>();
            for (int from = 0; from < bytes.size(); from += piece) {
                found.addAll(frames.feed(bytes.slice(from, from + piece)));
            }
            assertThat(found).extracting(ArteryFrames.Frame::isMessage).containsExactly(false, true, true, true, true);
            assertThat(found).extracting(ArteryFrames.Frame::stream).containsOnly(2);
            assertThat(found.stream()
                            .map(ArteryFrames.Frame::bytes)
                            .reduce(ByteString.emptyByteString(), ByteString::concat))
                    .isEqualTo(bytes);
        }
    }

    @Test
    void anIncompleteMessageIsKeptBack() {
        ArteryFrames frames = new ArteryFrames();
        assertThat(frames.feed(HEADER)).hasSize(1);
        assertThat(frames.feed(message(5).dropRight(1))).isEmpty();
        assertThat(frames.feed(ByteString.fromArray(new byte[1]))).hasSize(1);
    }
}
