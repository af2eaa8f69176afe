package io.rebalancer.adm;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeSet;

/**
 * What is set for all commands, other than by options: environment variables, then the settings file
 * {@code rebalancer/adm.conf}, in {@code $XDG_CONFIG_HOME} or {@code ~/.config}; {@code REBALANCER_ADM_CONFIG} names another
 * file. The file has lines of the form {@code key = value}.
 */
final class AdmSettings {
    static final String CONFIG_VARIABLE = "REBALANCER_ADM_CONFIG";
    private static final Map<String, String> VARIABLES = Map.of(
            "url", "REBALANCER_URL",
            "token-file", "REBALANCER_TOKEN_FILE",
            "ca-file", "REBALANCER_CA_FILE",
            "output", "REBALANCER_OUTPUT");

    private final AdmContext context;
    private final Path file;
    private final Properties properties;

    /**
     * A setting.
     *
     * @param origin where the value is set, for messages
     */
    record Setting(String value, String origin) {}

    private AdmSettings(AdmContext context, Path file, Properties properties) {
        this.context = context;
        this.file = file;
        this.properties = properties;
    }

    /** Reads the settings file, if there is one. */
    static AdmSettings read(AdmContext context) throws CommandFailed {
        Optional<String> chosen = context.variable(CONFIG_VARIABLE);
        Path file = chosen.map(Path::of).orElseGet(() -> defaultFile(context));
        if (chosen.isEmpty() && !Files.exists(file)) {
            return new AdmSettings(context, file, new Properties());
        }
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new CommandFailed("The settings file " + file + " can't be read (" + FileFault.reason(e) + "); "
                    + (chosen.isPresent()
                            ? "set " + CONFIG_VARIABLE + " to a file that you may read"
                            : "correct the file or remove it"));
        }
        for (String key : new TreeSet<>(properties.stringPropertyNames())) {
            if (!VARIABLES.containsKey(key)) {
                throw new CommandFailed("The settings file " + file + " has the unknown key " + key
                        + "; the keys are url, token-file, ca-file and output");
            }
        }
        return new AdmSettings(context, file, properties);
    }

    private static Path defaultFile(AdmContext context) {
        return context.variable("XDG_CONFIG_HOME")
                .map(Path::of)
                .orElseGet(() -> context.home().resolve(".config"))
                .resolve("rebalancer/adm.conf");
    }

    /** The value of a key, from the environment or else from the file. */
    Optional<Setting> find(String key) {
        String variable = VARIABLES.getOrDefault(key, "");
        return context.variable(variable)
                .map(value -> new Setting(value, variable))
                .or(() -> Optional.ofNullable(properties.getProperty(key))
                        .map(AdmSettings::unquoted)
                        .filter(value -> !value.isEmpty())
                        .map(value -> new Setting(value, key + " in " + file)));
    }

    /** Files of managers have quoted values, so operators write quotes here too. */
    private static String unquoted(String value) {
        String text = value.strip();
        return text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")
                ? text.substring(1, text.length() - 1)
                : text;
    }
}
