package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import java.nio.file.Path;

/**
 * How a manager signs the certificates of drained storage nodes.
 *
 * @param keyDirectory directory of the keys, below the manager's data directory
 */
public record CertificateSettings(Path keyDirectory) {
    private static final String DIRECTORY = "certificate-keys";

    /** @throws SettingsFault if the data directory is not set */
    public static CertificateSettings from(Config root) {
        return SettingsFile.section(
                root,
                "rebalancer.manager",
                section -> new CertificateSettings(
                        Path.of(SettingsFile.required(section, "data-dir")).resolve(DIRECTORY)));
    }
}
