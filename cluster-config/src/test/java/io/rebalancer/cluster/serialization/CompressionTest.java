package io.rebalancer.cluster.serialization;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.PassScope;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.SerializerWithStringManifest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Large events are stored compressed. Builds without compression and builds with it read each other's data. */
class CompressionTest {
    private static final ActorTestKit KIT = kit("pekko.actor.provider = local");
    /** The setting of builds before compression. */
    private static final ActorTestKit EARLIER =
            kit("pekko { actor.provider = local, serialization.jackson.jackson-cbor.compression.algorithm = off }");

    private static final StorageNodeId NODE = new StorageNodeId("7.stor.us-east.example.com");

    private static ActorTestKit kit(String settings) {
        return ActorTestKit.create(
                "compression",
                ConfigFactory.parseString(settings).withFallback(SettingsFile.over(ConfigFactory.empty())));
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
        EARLIER.shutdownTestKit();
    }

    private static SerializerWithStringManifest serializer(ActorTestKit kit, Object of) {
        return (SerializerWithStringManifest)
                SerializationExtension.get(kit.system()).findSerializerFor(of);
    }

    private static JobEvent planned() {
        List<CopyTask> tasks = IntStream.range(0, 50)
                .mapToObj(i -> new CopyTask(
                        new RecordRef(1, "/5d3e5d5a-1c1f-4b0b-9c8e-0f6d2f1c7a11/stor/backups/2026/object-" + i),
                        UUID.nameUUIDFromBytes(("object " + i).getBytes(StandardCharsets.UTF_8)),
                        new UUID(8, 9),
                        1000 + i,
                        new ContentMd5("XUFAKrxLKna5cZ2REBfFkg=="),
                        List.of(NODE)))
                .toList();
        return new JobEvent.AssignmentPlanned(
                new Assignment(new UUID(1, 2), new CopyLocation("dc1", NODE), tasks), Map.of());
    }

    @Test
    void aLargeEventIsCompressedToAQuarter() {
        JobEvent event = planned();
        byte[] plain = serializer(EARLIER, event).toBinary(event);
        assertThat(serializer(KIT, event).toBinary(event)).hasSizeLessThan(plain.length / 4);
    }

    @Test
    void aSmallEventIsStoredAsItIs() throws IOException {
        JobEvent event = new JobEvent.PassStarted(1, Instant.EPOCH, PassScope.ALL_RECORDS);
        byte[] stored = serializer(KIT, event).toBinary(event);
        assertThat(stored).isEqualTo(serializer(EARLIER, event).toBinary(event));
        assertThat(new CBORFactory().createParser(stored).nextToken()).isNotNull();
    }

    @Test
    void eachBuildReadsTheEventsOfTheOther() throws IOException {
        JobEvent event = planned();
        String manifest = serializer(KIT, event).manifest(event);
        byte[] compressed = serializer(KIT, event).toBinary(event);
        byte[] plain = serializer(EARLIER, event).toBinary(event);
        assertThat(compressed).isNotEqualTo(plain);
        assertThat(serializer(EARLIER, event).fromBinary(compressed, manifest)).isEqualTo(event);
        assertThat(serializer(KIT, event).fromBinary(plain, manifest)).isEqualTo(event);
    }
}
