package io.rebalancer.adm;

import picocli.CommandLine.Command;

/** {@code job watch}. */
@Command(
        name = "watch",
        description = "Follows a job until it ends, or until --wait=STATE or --timeout. Shows its progress on standard"
                + " error: one line that is redrawn on a terminal, else a line for each change. With --output jsonl,"
                + " prints a JSON object for each change on standard output. Ctrl-C ends the watching, never the job.")
final class JobWatchCommand extends JobOrderCommand {

    @Override
    public Integer call() throws CommandFailed, InterruptedException {
        Output form = output.output();
        WaitTarget target = wait.target(WaitTarget.END);
        ExitCode end;
        JobWatch watch;
        try (WatchDisplay display = WatchDisplay.of(context(), form.format())) {
            watch = new JobWatch(job.manager(), id, context(), display);
            end = watch.await(target, wait.timeout(), true);
        }
        if (form.format() == OutputFormat.JSON) {
            context().out().println(watch.job());
        }
        JobText.report(form.isTable() ? context().out() : context().err(), watch, end, target);
        return end.code();
    }
}
