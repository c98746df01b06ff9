#include "core/sync_plan.hpp"

#include <doctest/doctest.h>

using namespace forager;

namespace {

const SyncedFiles here{{"both", {1, "x"}}, {"differs", {2, "old"}}, {"mine", {3, "m"}}};
const SyncedFiles there{{"both", {1, "x"}}, {"differs", {4, "new"}}, {"theirs/one", {5, "t"}}};

std::vector<SyncStep> steps(SyncRules rules)
{
    return plan_sync(here, there, rules).steps;
}

} // namespace

TEST_CASE("what is on one side alone goes to the other, and the local one wins")
{
    const SyncPlan plan = plan_sync(here, there, {});
    CHECK(plan.unchanged == 1);
    CHECK(plan.steps == std::vector<SyncStep>{{"differs", SyncAction::upload, 2, true},
                                              {"mine", SyncAction::upload, 3, false},
                                              {"theirs/one", SyncAction::download, 5, false}});
}

TEST_CASE("the remote one wins where that is wanted")
{
    CHECK(steps({.keep_remote = true}) == std::vector<SyncStep>{{"differs", SyncAction::download, 4, true},
                                                                {"mine", SyncAction::upload, 3, false},
                                                                {"theirs/one", SyncAction::download, 5, false}});
}

TEST_CASE("a mirror removes what the winner does not have, on the loser's side alone")
{
    CHECK(steps({.mirror = true}) == std::vector<SyncStep>{{"differs", SyncAction::upload, 2, true},
                                                           {"mine", SyncAction::upload, 3, false},
                                                           {"theirs/one", SyncAction::remove_remote, 0, false}});
    CHECK(steps({.keep_remote = true, .mirror = true}) ==
          std::vector<SyncStep>{{"differs", SyncAction::download, 4, true},
                                {"mine", SyncAction::remove_local, 0, false},
                                {"theirs/one", SyncAction::download, 5, false}});
}

TEST_CASE("who only fetches touches nothing of his own that the other does not have")
{
    CHECK(steps({.keep_remote = true, .upload = false}) ==
          std::vector<SyncStep>{{"differs", SyncAction::download, 4, true},
                                {"theirs/one", SyncAction::download, 5, false}});
    CHECK(steps({.upload = false}) == std::vector<SyncStep>{{"theirs/one", SyncAction::download, 5, false}});
}

TEST_CASE("there is nothing to do for two that are the same")
{
    CHECK(plan_sync(here, here, {}).steps.empty());
    CHECK(plan_sync({}, {}, {.mirror = true}).steps.empty());
}
