package io.rebalancer.adm.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.adm.page.RecordedPage.Step;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The parts of a recorded page, and the examples in it. */
class RecordedPageTest {
    private static final String PAGE = """
            # A page

            ```
            $ not recorded
            ```

            ## Section

            ```console refused
            $ first \\
            >     continued
            > is continued too
            [exit code 1]
            $ second
            ```

            The end.
            """;

    @Test
    void commandsAreInConsoleBlocksAndTheirContinuationsAreNotOutput() {
        List<Step> steps = RecordedPage.parse(PAGE).steps();
        assertThat(steps).extracting(Step::section).containsOnly("Section");
        assertThat(steps).extracting(Step::line).containsExactly(10, 14);
        assertThat(steps).allMatch(Step::refused);
        assertThat(steps.get(0).command()).isEqualTo("first \\\n    continued\nis continued too");
        assertThat(steps.get(0).output()).containsExactly("[exit code 1]");
        assertThat(steps.get(1).output()).isEmpty();
    }

    @Test
    void onlyOutputIsRewritten() {
        RecordedPage page = RecordedPage.parse(PAGE);
        assertThat(page.withSteps(page.steps())).isEqualTo(PAGE);
        assertThat(page.withSteps(page.steps().stream()
                        .map(step -> step.withOutput(List.of("new")))
                        .toList()))
                .isEqualTo(PAGE.replace("[exit code 1]", "new").replace("$ second", "$ second\nnew"));
    }

    @Test
    void thePageOfTheCommandLineIsReadAndWrittenWithoutAChange() throws Exception {
        String text = Files.readString(Path.of("../../docs/operations/cli.md"));
        RecordedPage page = RecordedPage.parse(text);
        assertThat(page.steps()).hasSizeGreaterThan(40);
        assertThat(page.withSteps(page.steps())).isEqualTo(text);
    }

    @Test
    void whatDiffersBetweenTwoRunsBecomesAnExample() {
        StableText stable = new StableText("/tmp/junit-1/home", "0.1.0");
        String id = "5f0c1e0a-7a53-4d52-9a55-0d3f6a1b2c3d";
        stable.keepIds("show 99999999-9999-4999-8999-999999999999");
        assertThat(stable.lines("job " + id + " in /tmp/junit-1/home/x at 127.0.0.1:40001, version 0.1.0\n" + "it is "
                        + id + ", not 99999999-9999-4999-8999-999999999999, since 2026-11-27T19:12:58.708Z"))
                .containsExactly(
                        "job 11111111-1111-4111-8111-111111111111 in /home/operator/x at 127.0.0.1:PORT, version VERSION",
                        "it is 11111111-1111-4111-8111-111111111111, not 99999999-9999-4999-8999-999999999999, since"
                                + " 2026-01-31T12:00:00Z");
    }

    @Test
    void theLinesOfAWatchBecomeOneAndAnyOtherLineStays() {
        StableText stable = new StableText("/tmp/junit-1/home", "0.1.0");
        assertThat(stable.lines("""
                        2026-11-27 19:13:57Z  setup  0 of 0 moved
                        2026-11-27 19:13:57Z  running  pass 1  waits: rate_limit (1 s)  to copy 0, to commit 0  50 of 51 moved
                        2026-11-27 19:14:47Z  done  [####################] 100 %  pass 1  3.0 records/s 12.0 kB/s  147 of 1,150 moved
                        rate_limit since 2026-11-27 19:13:59Z (1 s ago): 6 objects wait
                        2026-11-27 19:14:48Z  done  and something new
                        """)).hasSize(2).element(1).isEqualTo("2026-01-31 12:00:00Z  done  and something new");
    }
}
