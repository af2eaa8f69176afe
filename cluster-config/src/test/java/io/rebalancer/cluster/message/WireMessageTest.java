package io.rebalancer.cluster.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.settings.SettingsFile;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Every message survives a round trip through the serializer that production uses. */
class WireMessageTest {
    private static final ActorTestKit KIT = ActorTestKit.create(
            "wire",
            ConfigFactory.parseString("pekko.actor.provider = local")
                    .withFallback(SettingsFile.over(ConfigFactory.empty())));

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @Test
    void everyMessageSurvivesARoundTrip() {
        for (WireMessage message : WireSamples.all(KIT)) {
            assertThat(KIT.serializationTestKit().verifySerialization(message, true))
                    .isEqualTo(message);
        }
    }

    @Test
    void everyMessageHasASample() {
        Set<String> sampled = WireSamples.all(KIT).stream()
                .map(message -> message.getClass().getName())
                .collect(Collectors.toSet());
        Set<String> messages = new ClassFileImporter()
                .importPackages("io.rebalancer.cluster.message").stream()
                        .filter(each -> each.isAssignableTo(WireMessage.class) && !each.isInterface())
                        .map(JavaClass::getName)
                        .collect(Collectors.toSet());
        assertThat(sampled).isEqualTo(messages);
    }
}
