package io.rebalancer.manager.evacuate;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.cluster.settings.SettingsFile;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;

/** Actor systems and settings of the tests: the shipped defaults with a test's overrides. */
public final class TestSettings {
    private static final String LOOPBACK = """
            pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
            pekko.cluster.jmx.multi-mbeans-in-same-jvm = on
            pekko.coordinated-shutdown.run-by-jvm-shutdown-hook = off
            """;

    private TestSettings() {}

    public static ActorTestKit kit(String name) {
        return ActorTestKit.create(name, SettingsFile.over(ConfigFactory.parseString(LOOPBACK)));
    }

    public static EvacuateSettings evacuate(String overrides) {
        return EvacuateSettings.from(SettingsFile.over(ConfigFactory.parseString(overrides)));
    }
}
