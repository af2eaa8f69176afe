package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import io.rebalancer.core.object.StorageNodeId;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reads a process's settings file on top of the shipped defaults. */
public final class SettingsFile {

    private SettingsFile() {}

    /**
     * The file, which may be the older manager's {@code config.json} ({@link LegacyConfig}), over {@code rebalancer-pekko.conf} over every {@code reference.conf}; system properties win over all.
     *
     * @throws SettingsFault if the file can't be read
     */
    public static Config load(Path file) {
        if (!Files.isReadable(file)) {
            throw new SettingsFault("settings file " + file + " can't be read; give another one with --config FILE");
        }
        try {
            return over(LegacyConfig.translated(ConfigFactory.parseFile(
                    file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false))));
        } catch (LegacyConfig.Faults e) {
            throw new SettingsFault("settings file " + file + ": " + e.getMessage());
        } catch (ConfigException e) {
            throw new SettingsFault("settings file " + file + ": " + oneLine(e));
        }
    }

    /** The same for settings that are already parsed. */
    public static Config over(Config settings) {
        // The thread of a signal has no class loader of its own.
        ClassLoader loader = SettingsFile.class.getClassLoader();
        return ConfigFactory.defaultOverrides(loader)
                .withFallback(settings)
                .withFallback(ConfigFactory.parseResources(loader, "rebalancer-pekko.conf"))
                .withFallback(ConfigFactory.defaultReference(loader))
                .resolve();
    }

    /** Runs {@code read}, and turns what the configuration library throws into one line. */
    static <T> T section(Config root, String path, Function<Config, T> read) {
        try {
            return read.apply(root.getConfig(path));
        } catch (ConfigException | IllegalArgumentException e) {
            throw new SettingsFault("setting in " + path + ": " + oneLine(e));
        }
    }

    static String required(Config section, String path) {
        String text = section.getString(path);
        if (text.isBlank()) {
            throw new IllegalArgumentException(path + " must be set");
        }
        return text;
    }

    /**
     * What the file holds that a setting names, without blanks around it; empty if it names none.
     *
     * @throws IllegalArgumentException if it can't be read
     */
    static Optional<String> secret(Config section, String path) {
        String file = section.getString(path);
        if (file.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Files.readString(Path.of(file)).strip());
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    path + " " + file + " can't be read (" + e.getMessage() + "): give a file that this user may read",
                    e);
        }
    }

    /** A list of {@code { storage-id, url }}. */
    static Map<StorageNodeId, URI> urls(Config section, String path) {
        return section.getConfigList(path).stream()
                .collect(Collectors.toMap(
                        each -> new StorageNodeId(each.getString("storage-id")),
                        each -> URI.create(each.getString("url"))));
    }

    private static String oneLine(Exception e) {
        return String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
    }
}
