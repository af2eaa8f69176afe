package io.rebalancer.cluster.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.cluster.message.WireMessage;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.agent.AgentEvent;
import io.rebalancer.core.agent.AgentState;
import io.rebalancer.core.agent.LimitsEvent;
import io.rebalancer.core.agent.LimitsState;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.legacy.LegacyEvent;
import io.rebalancer.core.legacy.LegacyState;
import io.rebalancer.core.registry.RegistryEvent;
import io.rebalancer.core.registry.RegistryState;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.SerializerWithStringManifest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What this build does not know is refused; nothing is made up for what is missing. */
class VersionsTest {
    private static final ActorTestKit KIT = ActorTestKit.create(
            "versions",
            ConfigFactory.parseString("pekko.actor.provider = local")
                    .withFallback(SettingsFile.over(ConfigFactory.empty())));
    private static final Serialization SERIALIZATION = SerializationExtension.get(KIT.system());
    private static final ObjectMapper CBOR = new ObjectMapper(new CBORFactory());

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static SerializerWithStringManifest serializer(Object of) {
        return (SerializerWithStringManifest) SERIALIZATION.findSerializerFor(of);
    }

    private static Object read(Object like, String manifest, Consumer<ObjectNode> changed) throws IOException {
        ObjectNode tree = (ObjectNode) CBOR.readTree(serializer(like).toBinary(like));
        changed.accept(tree);
        return serializer(like).fromBinary(CBOR.writeValueAsBytes(tree), manifest);
    }

    @Test
    void everythingThatIsStoredOrSentHasAVersion() {
        Stream<String> wire = new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages("io.rebalancer.cluster.message")
                        .stream()
                        .filter(each -> each.isAssignableTo(WireMessage.class) && !each.isInterface())
                        .map(JavaClass::getName);
        Stream<String> events = Stream.of(
                        JobEvent.class, AgentEvent.class, LimitsEvent.class, LegacyEvent.class, RegistryEvent.class)
                .flatMap(family -> Stream.of(family.getPermittedSubclasses()))
                .map(Class::getName);
        Stream<String> states = Stream.of(
                        JobState.class, AgentState.class, LimitsState.class, LegacyState.class, RegistryState.class)
                .map(Class::getName);
        Set<String> versioned = SettingsFile.over(ConfigFactory.empty())
                .getObject("pekko.serialization.jackson.migrations")
                .keySet();
        assertThat(versioned)
                .isEqualTo(
                        Stream.of(wire, events, states).flatMap(each -> each).collect(Collectors.toUnmodifiableSet()));
    }

    @Test
    void aNewerVersionIsRefused() {
        JobEvent event = new JobEvent.PassStarted(1, Instant.EPOCH);
        assertThat(serializer(event).manifest(event)).isEqualTo(JobEvent.PassStarted.class.getName() + "#1");
        assertThatThrownBy(() -> read(event, JobEvent.PassStarted.class.getName() + "#2", same -> {}))
                .hasMessageContaining("version");
        assertThatThrownBy(() -> read(JobState.EMPTY, JobState.class.getName() + "#3", same -> {}))
                .hasMessageContaining("version");
    }

    @Test
    void anUnknownMessageIsRefused() {
        JobMessage.AssignmentAccepted message = new JobMessage.AssignmentAccepted(new UUID(1, 2));
        assertThatThrownBy(() -> read(message, "io.rebalancer.cluster.message.JobMessage$Teleport", same -> {}))
                .hasMessageContaining("JobMessage$Teleport");
    }

    @Test
    void anUnknownFieldIsRefused() {
        JobEvent event = new JobEvent.PassFinished(1);
        assertThatThrownBy(() -> read(event, serializer(event).manifest(event), tree -> tree.put("mood", "good")))
                .hasMessageContaining("mood");
    }

    @Test
    void aMissingFieldIsRefused() {
        SpaceMessage.Return message = new SpaceMessage.Return(new UUID(1, 2));
        assertThatThrownBy(() -> read(message, serializer(message).manifest(message), ObjectNode::removeAll))
                .hasMessageContaining("Missing");
        JobEvent event = new JobEvent.PassFinished(1);
        assertThatThrownBy(() -> read(event, serializer(event).manifest(event), ObjectNode::removeAll))
                .hasMessageContaining("pass");
    }

    @Test
    void anUnknownWordIsRefused() {
        JobMessage.AssignmentRefused message =
                new JobMessage.AssignmentRefused(new UUID(1, 2), Reason.AGENT_BUSY, "busy");
        assertThatThrownBy(() ->
                        read(message, serializer(message).manifest(message), tree -> tree.put("reason", "MERCURY")))
                .hasMessageContaining("MERCURY");
    }

    @Test
    void earlierMarksAreUnderstood() throws IOException {
        JobEvent event = new JobEvent.ScanAdvanced(Map.of(1, ScanPosition.at(ScanColumn.IDX, 42)));
        Object earlier = read(
                event,
                JobEvent.ScanAdvanced.class.getName(),
                tree -> ((ObjectNode) tree.path("marks").path("1")).remove(List.of("afterKey", "excluded")));
        assertThat(earlier).isEqualTo(event);
    }

    @Test
    void earlierSnapshotsAreUnderstood() throws IOException {
        Object job = read(JobState.EMPTY, JobState.class.getName(), tree -> {
            tree.remove("epoch");
            tree.remove("skippedBy");
            tree.remove("failedBy");
        });
        assertThat(((JobState) job).epoch()).isEqualTo(1);
        assertThat(((JobState) job).skippedBy()).isEmpty();
        Object agent = read(AgentState.EMPTY, AgentState.class.getName(), tree -> tree.remove("epochs"));
        assertThat(agent).isEqualTo(AgentState.EMPTY);
    }
}
