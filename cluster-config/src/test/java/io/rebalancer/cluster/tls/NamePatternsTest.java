package io.rebalancer.cluster.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamePatternsTest {

    @ParameterizedTest
    @CsvSource({
        "manager-1, manager-1, true",
        "manager-1, MANAGER-1, true",
        "manager-1, manager-10, false",
        "manager-*, manager-1, true",
        "manager-*, manager-, false",
        "manager-*, manager-1.example.com, false",
        "manager-*, a-manager-1, false",
        "*.managers.example.com, m1.managers.example.com, true",
        "*.managers.example.com, managers.example.com, false",
        "*.managers.example.com, a.b.managers.example.com, false",
        "*-manager.example.com, m1-manager.example.com, true",
        "m.example.com, mxexample.com, false",
        "m+, mm, false",
    })
    void aStarStandsForCharactersOfOneLabel(String pattern, String name, boolean matches) {
        assertThat(new NamePatterns(List.of("other", pattern)).matchAny(List.of("rebalancer", name)))
                .isEqualTo(matches);
    }

    @Test
    void noPatternMatchesNoName() {
        assertThat(NamePatterns.NONE.matchAny(List.of("manager-1"))).isFalse();
        assertThat(NamePatterns.NONE.isEmpty()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "*", "*.*"})
    void aPatternThatMatchesEveryNameIsRefused(String pattern) {
        assertThatThrownBy(() -> new NamePatterns(List.of(pattern)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is no pattern of names; name them as in");
    }
}
