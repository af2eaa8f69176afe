package io.rebalancer.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Secrets can't be guessed from each other or from their hash. */
class TokenSecretTest {

    @Test
    void secretsDifferAndTheirHashIsSha256() {
        Set<String> secrets = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            secrets.add(TokenSecret.create());
        }
        assertThat(secrets).hasSize(100).allMatch(secret -> secret.matches("rbl_[A-Za-z0-9_-]{43}"));
        assertThat(TokenSecret.hash("abc"))
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
