package io.rebalancer.cluster.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Where a manager keeps the keys of its certificates. */
class CertificateSettingsTest {

    private static CertificateSettings settings(String dataDirectory) {
        return CertificateSettings.from(SettingsFile.over(ConfigFactory.parseString(
                "rebalancer.manager { journal.kind = postgresql, data-dir = \"" + dataDirectory + "\" }")));
    }

    @Test
    void theKeysAreBelowTheDataDirectory() {
        assertThat(settings("/var/rebalancer").keyDirectory()).isEqualTo(Path.of("/var/rebalancer/certificate-keys"));
    }

    @Test
    void aMissingDataDirectoryIsNamed() {
        assertThatThrownBy(() -> settings(" "))
                .isInstanceOf(SettingsFault.class)
                .hasMessageContaining("rebalancer.manager")
                .hasMessageContaining("data-dir must be set");
    }
}
