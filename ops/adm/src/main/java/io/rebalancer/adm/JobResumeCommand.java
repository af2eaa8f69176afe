package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;

/** {@code job resume}. */
@Command(
        name = "resume",
        description = "Lets a paused job continue where the pause has interrupted it. With --wait, waits for its end.")
final class JobResumeCommand extends JobOrderCommand {

    @Override
    public Integer call() throws CommandFailed, InterruptedException {
        Output form = output.output();
        wait.target(WaitTarget.END);
        ManagerApiClient manager = job.manager();
        String body = manager.post(JobCommand.path(id) + "/resume", "").body();
        form.item(body, (out, found) -> out.println(text(found)));
        return job.follow(manager, id, wait, form.format());
    }

    private String text(JsonNode found) {
        return "job " + id + " is " + WaitTarget.stateOf(found);
    }
}
