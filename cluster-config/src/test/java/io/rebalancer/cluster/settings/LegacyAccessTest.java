package io.rebalancer.cluster.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.net.InetAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may call the legacy routes. */
class LegacyAccessTest {
    private static LegacyAccess access(String value) {
        return LegacySettings.from(
                        SettingsFile.over(ConfigFactory.parseString("rebalancer.manager.legacy.access = " + value)))
                .access();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.0.1, true",
        "10.0.0.0/8, 11.0.0.1, false",
        "192.0.2.7, 192.0.2.7, true",
        "192.0.2.7, 192.0.2.6, false",
        "192.0.2.128/25, 192.0.2.127, false",
        "192.0.2.128/25, 192.0.2.200, true",
        "0.0.0.0/0, 203.0.113.9, true",
        "0.0.0.0/0, 2001:db8::1, false",
        "2001:db8::/32, 2001:db8:ffff::1, true",
        "2001:db8::/32, 2001:db9::1, false"
    })
    void aRangeHasTheAddressesWithItsLeadingBits(String range, String address, boolean open) throws Exception {
        assertThat(access("[\"" + range + "\"]").isOpenTo(Optional.of(InetAddress.getByName(address))))
                .isEqualTo(open);
    }

    @Test
    void withoutARangeNoAddressIsOpen() throws Exception {
        assertThat(LegacySettings.from(SettingsFile.over(ConfigFactory.empty())).access())
                .isEqualTo(LegacyAccess.AS_API);
        assertThat(access("login").isOpenTo(Optional.of(InetAddress.getLoopbackAddress())))
                .isFalse();
        assertThat(access("closed").closed()).isTrue();
        assertThat(access("[\"0.0.0.0/0\"]").isOpenTo(Optional.empty())).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "open",
                "[\"10.0.0.0/33\"]",
                "[\"10.0.0.0/-1\"]",
                "[\"10.0.0.0/x\"]",
                "[\"example.com\"]",
                "[\"::1/129\"]",
                "[\"\"]"
            })
    void anythingElseIsRefusedWithTheForms(String value) {
        assertThatThrownBy(() -> access(value))
                .isInstanceOf(SettingsFault.class)
                .hasMessageContaining("legacy.access must be login, closed, or a list");
    }
}
