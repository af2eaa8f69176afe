package io.rebalancer.core.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.assignment.Reason;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StableWordTest {
    private final Locale before = Locale.getDefault();

    @AfterEach
    void restoreLocale() {
        Locale.setDefault(before);
    }

    @Test
    void aConstantIsSpelledInLowerCaseWithUnderscores() {
        assertThat(StableWord.of(Reason.NO_DESTINATION)).isEqualTo("no_destination");
        assertThat(Stream.of(Reason.values()).map(StableWord::of))
                .doesNotHaveDuplicates()
                .allMatch(word -> word.matches("[a-z0-9_]+"));
    }

    /** In Turkish, the lower case of I is a dotless i. */
    @Test
    void theSpellingDoesNotDependOnTheLocale() {
        Locale.setDefault(Locale.forLanguageTag("tr"));
        assertThat(StableWord.of(Reason.NO_DESTINATION)).isEqualTo("no_destination");
    }
}
