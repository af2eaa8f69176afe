package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigValue;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.text.OneLine;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reads the settings file of a process and adds the defaults. */
public final class SettingsFile {

    private SettingsFile() {}

    /**
     * Reads a settings file, which may be the legacy manager's {@code config.json} ({@link LegacyConfig}).
     *
     * <p>Precedence, highest first: system properties, the file, {@code rebalancer-pekko.conf}, every
     * {@code reference.conf}. Old names of settings still work ({@link RenamedSettings}).
     *
     * @throws SettingsFault if the file can't be read or has errors
     */
    public static Config load(Path file) {
        if (!Files.isReadable(file)) {
            throw new SettingsFault(
                    "settings file " + file + " can't be read; name a readable file with --config FILE");
        }
        try {
            Config parsed = ConfigFactory.parseFile(
                    file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false));
            return withDefaults(parsed, LegacyConfig.translate(parsed));
        } catch (LegacyConfig.Faults | SettingsFault e) {
            throw new SettingsFault("settings file " + file + ": " + e.getMessage());
        } catch (ConfigException e) {
            throw new SettingsFault("settings file " + file + ": " + OneLine.of(e));
        }
    }

    /**
     * Adds system properties and defaults to settings that are already parsed, with the precedence of {@link #load}.
     *
     * @throws SettingsFault if a setting has both its old and its new name
     */
    public static Config over(Config settings) {
        return withDefaults(settings, settings);
    }

    /**
     * @param given the settings that the user wrote
     * @param translated the same settings, after the translation of a legacy file
     */
    private static Config withDefaults(Config given, Config translated) {
        // The JVM's signal thread has no context class loader.
        ClassLoader loader = SettingsFile.class.getClassLoader();
        Config overrides = ConfigFactory.defaultOverrides(loader);
        Config all = overrides
                .withFallback(translated)
                .withFallback(ConfigFactory.parseResources(loader, "rebalancer-pekko.conf"))
                .withFallback(ConfigFactory.defaultReference(loader))
                .resolve();
        return RenamedSettings.apply(overrides.withFallback(given).resolveWith(all), all);
    }

    /**
     * Reads a section.
     *
     * @throws SettingsFault with a one-line message if {@code read} finds a missing or invalid setting
     */
    static <T> T section(Config root, String path, Function<Config, T> read) {
        try {
            return read.apply(root.getConfig(path));
        } catch (ConfigException | IllegalArgumentException e) {
            throw new SettingsFault("setting in " + path + ": " + OneLine.of(e));
        }
    }

    /** Whether neither the user's file nor a system property has the setting. */
    static boolean isDefault(ConfigValue value) {
        return value.origin().description().startsWith("reference.conf");
    }

    /** @throws IllegalArgumentException if the setting is blank */
    static String required(Config section, String path) {
        String text = section.getString(path);
        if (text.isBlank()) {
            throw new IllegalArgumentException(path + " must be set");
        }
        return text;
    }

    /**
     * Reads the secret in the file that a setting names, without surrounding whitespace. Empty if the setting names no
     * file.
     *
     * @throws IllegalArgumentException if the file can't be read
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
                    path + " " + file + " can't be read (" + e.getMessage() + "); set a file that this user may read",
                    e);
        }
    }

    /** Reads a list of {@code { storage-id, url }}. */
    static Map<StorageNodeId, URI> urls(Config section, String path) {
        return section.getConfigList(path).stream()
                .collect(Collectors.toMap(
                        each -> new StorageNodeId(each.getString("storage-id")),
                        each -> URI.create(each.getString("url"))));
    }
}
