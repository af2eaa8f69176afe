package io.rebalancer.cluster.order;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.settings.ClusterSettings;
import io.rebalancer.cluster.settings.SettingsFault;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.testsupport.TestAuthority;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members that do not start, because their certificate does not fit to {@code manager-names}. */
@Tag("external")
class MemberCertificatesTest {
    @TempDir
    private static Path directory;

    private static TestAuthority ours;

    @BeforeAll
    static void createCertificates() throws Exception {
        ours = TestAuthority.create(directory.resolve("ours"), "ec", "manager-1", "agent-1");
    }

    private static ClusterSettings settings(String name, String more) {
        return ClusterSettings.from(SettingsFile.over(ConfigFactory.parseString(
                """
                rebalancer.cluster.tls { enabled = on, authority = "%s", certificate = "%s", key = "%s", %s }
                """.formatted(ours.authority(), ours.certificate(name), ours.key(name), more))));
    }

    private static final String NAMES = "manager-names = [\"manager-*\"]";

    @Test
    void aManagerNeedsTheNameOfAManager() {
        assertThatCode(() -> MemberCertificates.requireManager(settings("manager-1", NAMES)))
                .doesNotThrowAnyException();
        assertThatCode(() -> MemberCertificates.requireManager(settings("agent-1", "")))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> MemberCertificates.requireManager(settings("agent-1", NAMES)))
                .isInstanceOf(SettingsFault.class)
                .hasMessageContainingAll(
                        "setting in rebalancer.cluster.tls",
                        "agent-1.crt of this manager has the names [agent-1, rebalancer]",
                        "none matches manager-names [manager-*]",
                        "set a certificate of a manager");
    }

    @Test
    void anAgentMustNotHaveTheNameOfAManager() {
        assertThatCode(() -> MemberCertificates.requireAgent(settings("agent-1", NAMES)))
                .doesNotThrowAnyException();
        assertThatCode(() -> MemberCertificates.requireAgent(settings("agent-1", "")))
                .doesNotThrowAnyException();
        assertThatThrownBy(
                        () -> MemberCertificates.requireAgent(settings("agent-1", "manager-names = [\"rebalancer\"]")))
                .isInstanceOf(SettingsFault.class)
                .hasMessageContainingAll(
                        "agent-1.crt of this agent has the names [agent-1, rebalancer]",
                        "of which one matches manager-names [rebalancer]",
                        "name only managers in manager-names");
    }

    @Test
    void namesWithoutTlsAreAnErrorOfTheSettings() {
        assertThatThrownBy(() -> ClusterSettings.from(
                        SettingsFile.over(ConfigFactory.parseString("rebalancer.cluster.tls." + NAMES))))
                .isInstanceOf(SettingsFault.class)
                .hasMessageContainingAll("tls.manager-names needs tls.enabled = on", "remove manager-names");
    }

    @Test
    void wrongValuesAreErrorsOfTheSettings() {
        assertThatThrownBy(() -> settings("agent-1", "manager-names = [\"*\"]"))
                .isInstanceOf(SettingsFault.class)
                .hasMessageContaining("is no pattern of names");
        assertThatThrownBy(() -> settings("agent-1", "order-max-age = 9s"))
                .isInstanceOf(SettingsFault.class)
                .hasMessageContaining("tls.order-max-age must be at least 10 s");
        assertThatThrownBy(() -> settings("agent-1", "reload = 0s"))
                .isInstanceOf(SettingsFault.class)
                .hasMessageContaining("tls.reload must be above zero");
    }
}
