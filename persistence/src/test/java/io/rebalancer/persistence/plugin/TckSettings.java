package io.rebalancer.persistence.plugin;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Settings of an actor system with an embedded log in a new directory. */
final class TckSettings {

    private TckSettings() {}

    static Config config() {
        try {
            Path directory = Files.createTempDirectory(Path.of("target"), "tck-");
            return ConfigFactory.parseMap(Map.of(
                            "rebalancer.log.directory",
                            directory.toAbsolutePath().toString()))
                    .withFallback(ConfigFactory.parseResources("embedded-log.conf"))
                    .withFallback(ConfigFactory.parseString("pekko.actor.provider = local"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
