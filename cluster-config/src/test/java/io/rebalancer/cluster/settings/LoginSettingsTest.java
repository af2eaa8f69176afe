package io.rebalancer.cluster.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.core.access.Role;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoginSettingsTest {
    private static final String PREFIX = "rebalancer.manager.login.";

    @TempDir
    private Path directory;

    private String openId() throws IOException {
        Path secret = directory.resolve("secret");
        Files.writeString(secret, "of the client\n");
        return PREFIX + """
                openid { enabled = on, issuer = "https://login.example.com/realms/storage", client-id = rebalancer
                  client-secret-file = "%s", redirect = "https://rebalancer.example.com/login/openid/callback"
                  roles { viewer = [staff], operator = [storage, staff-2], admin = [storage-admins] } }
                """.formatted(secret);
    }

    private static LoginSettings read(String settings) {
        return LoginSettings.from(SettingsFile.over(ConfigFactory.parseString(settings)));
    }

    @Test
    void browsersLogInWithTokensByDefault() {
        LoginSettings settings = read("");
        assertThat(settings.provider()).isEmpty();
        assertThat(settings.sessionAge()).isEqualTo(Duration.ofHours(12));
        assertThat(settings.sessionIdle()).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void aProviderIsRead() throws Exception {
        OpenIdSettings provider = read(openId()).provider().orElseThrow();
        assertThat(provider.issuer()).isEqualTo(URI.create("https://login.example.com/realms/storage"));
        assertThat(provider.clientSecret()).isEqualTo("of the client");
        assertThat(provider.toString()).doesNotContain("of the client");
        assertThat(provider.scopes()).containsExactly("profile", "email");
        assertThat(provider.role(List.of("other", "staff", "storage"))).contains(Role.OPERATOR);
        assertThat(provider.role(List.of("storage-admins", "staff"))).contains(Role.ADMIN);
        assertThat(provider.role(List.of("storage-admins-2"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "openid.issuer = \"\" | openid.issuer must be set",
                "openid.issuer = \"login\" | openid.issuer must be an address such as",
                "openid.client-id = \"\" | openid.client-id must be set",
                "openid.client-secret-file = \"\" | openid.client-secret-file must be set",
                "openid.client-secret-file = \"/none\" | openid.client-secret-file /none can't be read",
                "openid.redirect = \"https://rebalancer.example.com/\" | openid.redirect must be an address of this manager",
                "openid.roles { viewer = [], operator = [], admin = [] } | no user could log in",
                "session-age = 0s | session-age must be above zero",
                "session-idle = -1s | session-idle must be above zero"
            })
    void aFaultIsNamed(String setting, String message) throws Exception {
        String all = openId() + "\n" + PREFIX + setting.strip();
        assertThatThrownBy(() -> read(all))
                .isInstanceOf(SettingsFault.class)
                .hasMessageContaining("rebalancer.manager.login")
                .hasMessageContaining(message.strip());
    }
}
