package io.rebalancer.manager.fast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rebalancer.manager.fast.FastProtocolException.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FastDecoderTest {
    private static final int LIMIT = 1 << 20;

    /** A vector computed by the reference implementation (manta.md 7.5). */
    private record Vector(String name, JsonNode facts) {
        byte[] bytes() {
            return HexFormat.of().parseHex(facts.path("hex").asText());
        }

        FastFrame frame() {
            return new FastFrame(
                    FastVersion.valueOf("V" + facts.path("version").asInt()),
                    FastStatus.valueOf(facts.path("status").asText()),
                    facts.path("msgid").asInt(),
                    facts.path("payload").asText());
        }

        FastMessage message() throws IOException {
            return FastDecoderTest.message(frame());
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** What the receiver of a valid frame gets. */
    private static FastMessage message(FastFrame frame) throws IOException {
        return new FastMessage(
                frame.version(), frame.status(), frame.messageId(), ExactJson.MAPPER.readTree(frame.text()));
    }

    private static Stream<Vector> vectors(String... kinds) throws IOException {
        try (InputStream in = Objects.requireNonNull(FastDecoderTest.class.getResourceAsStream("/fast-vectors.json"))) {
            JsonNode all = new ObjectMapper().readTree(in).path("vectors");
            List<Vector> chosen = StreamSupport.stream(all.spliterator(), false)
                    .filter(facts -> List.of(kinds).contains(facts.path("kind").asText()))
                    .map(facts -> new Vector(facts.path("name").asText(), facts))
                    .toList();
            assertThat(chosen).isNotEmpty();
            return chosen.stream();
        }
    }

    static Stream<Vector> good() throws IOException {
        return vectors("request", "reply");
    }

    static Stream<Vector> encodable() throws IOException {
        return vectors("request", "reply", "encode-only");
    }

    static Stream<Vector> invalid() throws IOException {
        return vectors("invalid");
    }

    @ParameterizedTest
    @MethodSource("encodable")
    void aVectorIsEncodedByteForByte(Vector vector) {
        assertThat(vector.frame().encode()).isEqualTo(vector.bytes());
    }

    @ParameterizedTest
    @MethodSource("good")
    void aVectorIsDecodedInEverySplit(Vector vector) throws Exception {
        for (int chunk : new int[] {1, 2, 7, 15, 16, LIMIT}) {
            assertThat(decode(vector.bytes(), chunk)).as("chunks of " + chunk).containsExactly(vector.message());
        }
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void anInvalidVectorIsRejectedWithItsFault(Vector vector) {
        Fault expected = Fault.valueOf(
                vector.facts().path("expected_fastReason").asText().toUpperCase(Locale.ROOT));
        for (int chunk : new int[] {1, LIMIT}) {
            FastProtocolException thrown =
                    catchThrowableOfType(FastProtocolException.class, () -> decode(vector.bytes(), chunk));
            assertThat(thrown).as("chunks of " + chunk).isNotNull();
            assertThat(thrown.fault()).isEqualTo(expected);
        }
    }

    @Test
    void severalFramesAreDecodedFromOneRead() throws Exception {
        FastFrame first = new FastFrame(FastVersion.V2, FastStatus.DATA, 1, "{\"d\":[1]}");
        FastFrame last = new FastFrame(FastVersion.V1, FastStatus.END, Integer.MAX_VALUE, "{\"d\":[\"é日😀\"]}");
        ByteBuffer both = ByteBuffer.allocate(1000).put(first.encode()).put(last.encode());
        byte[] bytes = new byte[both.flip().remaining()];
        both.get(bytes);
        assertThat(decode(bytes, LIMIT)).containsExactly(message(first), message(last));
    }

    @Test
    void aLengthAboveTheLimitIsRejectedBeforeAllocation() {
        byte[] header = HexFormat.of().parseHex("020101000000010000acb67fffffff");
        assertThatThrownBy(() -> decode(header, LIMIT))
                .isInstanceOfSatisfying(
                        FastProtocolException.class, e -> assertThat(e.fault()).isEqualTo(Fault.FRAME_TOO_LARGE));
    }

    @Test
    void anErrorWithoutANameIsRejected() {
        byte[] bytes = new FastFrame(FastVersion.V2, FastStatus.ERROR, 1, "{\"d\":{\"message\":\"x\"}}").encode();
        assertThatThrownBy(() -> decode(bytes, LIMIT))
                .isInstanceOfSatisfying(
                        FastProtocolException.class, e -> assertThat(e.fault()).isEqualTo(Fault.BAD_ERROR));
    }

    /** The JSON library accepts these as bytes: it guesses UTF-16, and does not check the form of UTF-8. */
    @ParameterizedTest
    @ValueSource(strings = {"7b00220064002200", "7b226422 3a5b22c0af225d7d", "7b226422 3a5b22eda080225d7d"})
    void onlyStrictUtf8IsAccepted(String payload) {
        byte[] bytes = HexFormat.of().parseHex(payload.replace(" ", ""));
        byte[] frame = ByteBuffer.allocate(FastFrame.HEADER_BYTES + bytes.length)
                .put(new byte[] {2, 1, 1})
                .putInt(1)
                .putInt(FastVersion.V2.checksum(bytes))
                .putInt(bytes.length)
                .put(bytes)
                .array();
        assertThatThrownBy(() -> decode(frame, LIMIT))
                .isInstanceOfSatisfying(
                        FastProtocolException.class, e -> assertThat(e.fault()).isEqualTo(Fault.INVALID_JSON));
    }

    static List<Long> seeds() {
        return new Random(7).longs(2000).boxed().toList();
    }

    /** Mutated frames and noise: the decoder returns messages or throws its own exception, and nothing else. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyInputGivesMessagesOrAProtocolFault(long seed) throws IOException {
        Random random = new Random(seed);
        byte[] bytes = new FastFrame(FastVersion.V2, FastStatus.DATA, 7, "{\"m\":{},\"d\":[{\"a\":\"é\"}]}").encode();
        int changes = random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        if (random.nextInt(3) == 0) {
            random.nextBytes(bytes);
            bytes[0] = (byte) (1 + random.nextInt(2));
            bytes[1] = 1;
        }
        List<FastMessage> messages = new ArrayList<>();
        try {
            messages.addAll(decode(bytes, 1 + random.nextInt(40)));
        } catch (FastProtocolException rejected) {
            assertThat(rejected.fault()).isNotNull();
        }
        for (FastMessage each : messages) {
            byte[] payload = Arrays.copyOfRange(bytes, FastFrame.HEADER_BYTES, bytes.length);
            assertThat(each.payload()).isEqualTo(ExactJson.MAPPER.readTree(Utf8.decode(payload)));
        }
    }

    private static List<FastMessage> decode(byte[] bytes, int chunk) throws FastProtocolException {
        FastDecoder decoder = new FastDecoder(LIMIT);
        List<FastMessage> messages = new ArrayList<>();
        for (int from = 0; from < bytes.length; from += chunk) {
            messages.addAll(decoder.feed(ByteBuffer.wrap(bytes, from, Math.min(chunk, bytes.length - from))));
        }
        decoder.end();
        return messages;
    }
}
