package io.rebalancer.cluster.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.testsupport.TestAuthority;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of a member's identity that can't be read, once and for ever. */
@Tag("external")
class ReplaceableIdentityTest {
    @TempDir
    private Path directory;

    private TestAuthority ours;
    private TestAuthority fresh;
    private Path authority;
    private ReplaceableIdentity identity;

    @BeforeEach
    void read() throws Exception {
        ours = TestAuthority.create(directory.resolve("ours"), "ec", "agent-1", "manager-1");
        fresh = TestAuthority.create(directory.resolve("fresh"), "ec", "manager-1");
        authority = Files.copy(ours.authority(), directory.resolve("authority.crt"));
        identity = new ReplaceableIdentity(ours.certificate("agent-1"), ours.key("agent-1"), authority);
    }

    private void assertTrusts(TestAuthority issuer) {
        assertThatCode(() -> identity.current().requireTrusted(chain(issuer))).doesNotThrowAnyException();
    }

    private void assertDistrusts(TestAuthority issuer) {
        assertThatThrownBy(() -> identity.current().requireTrusted(chain(issuer)))
                .isInstanceOf(CertificateException.class);
    }

    private static List<X509Certificate> chain(TestAuthority issuer) {
        return PemIdentity.read(issuer.certificate("manager-1"), issuer.key("manager-1"))
                .chain();
    }

    @Test
    void anAuthorityThatIsUnreadableOnceIsReadTheNextTime() throws Exception {
        PemIdentity before = identity.current();
        Files.delete(authority);
        identity.reload();
        assertThat(identity.current()).isSameAs(before);
        Files.copy(fresh.authority(), authority);
        identity.reload();
        assertTrusts(fresh);
        assertDistrusts(ours);
    }

    @Test
    void anAuthorityThatStaysUnreadableChangesNothing() throws Exception {
        PemIdentity before = identity.current();
        Files.writeString(authority, "no certificate");
        for (int i = 0; i < 3; i++) {
            identity.reload();
            assertThat(identity.current()).isSameAs(before);
        }
        assertTrusts(ours);
        assertDistrusts(fresh);
    }

    @Test
    void filesThatStayTheSameKeepTheIdentity() {
        PemIdentity before = identity.current();
        identity.reload();
        assertThat(identity.current()).isSameAs(before);
    }
}
