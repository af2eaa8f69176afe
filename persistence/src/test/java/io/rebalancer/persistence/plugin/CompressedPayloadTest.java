package io.rebalancer.persistence.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.evacuate.JobEvent;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.serialization.SerializationExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Tools that read events without Pekko can read compressed ones. */
class CompressedPayloadTest {
    private static final ActorTestKit KIT = ActorTestKit.create(
            "payloads",
            ConfigFactory.parseString("pekko.actor.provider = local")
                    .withFallback(SettingsFile.over(ConfigFactory.empty())));

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @Test
    void whatPekkoCompressedIsReadable() throws IOException {
        List<UUID> ids = LongStream.range(0, 200).mapToObj(i -> new UUID(0, i)).toList();
        byte[] stored = SerializationExtension.get(KIT.system())
                .serialize(new JobEvent.AssignmentsReleased(ids))
                .get();
        byte[] content = CompressedPayload.decompress(stored);
        assertThat(content).hasSizeGreaterThan(stored.length);
        JsonNode event = new CBORMapper().readTree(content);
        assertThat(event.path("assignmentIds")).hasSize(200);
    }

    @Test
    void otherBytesStayAsTheyAre() throws IOException {
        byte[] tooShort = {0x1f};
        byte[] plain = new byte[100];
        assertThat(CompressedPayload.decompress(tooShort)).isSameAs(tooShort);
        assertThat(CompressedPayload.decompress(plain)).isSameAs(plain);
    }

    @Test
    void damagedBytesAreNoContent() {
        byte[] damaged = {0x1f, (byte) 0x8b, 9, 9, 9};
        assertThatThrownBy(() -> CompressedPayload.decompress(damaged)).isInstanceOf(IOException.class);
    }
}
