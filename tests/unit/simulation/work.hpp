// What there is to do in a simulated agent: functions and a script that tell the ledger what they see and do.
#pragma once

#include "ledger.hpp"
#include "script_world.hpp"

#include <cstddef>
#include <functional>
#include <set>
#include <string>

namespace forager::test {

class Work {
public:
    /// `alive`: whether anybody believes what is told. What is passed must outlive it.
    Work(ScriptWorld& world, Ledger& ledger, std::function<bool()> alive);

    /// Another one each time, by the world's chance: who does not record what it drew draws something else.
    std::string script();

    /// The function sim.gone, which comes and goes.
    void withdraw_one() { world_.registry.remove("sim.gone"); }
    void bring_back();

private:
    using Args = std::vector<Value>;

    void declare();
    void declare_reports();
    void declare_limited();
    boost::asio::awaitable<Outcome> effect(std::string root, std::string id, std::string name);
    boost::asio::awaitable<Outcome> plain(std::string root);
    boost::asio::awaitable<Outcome> limited(std::string root);
    void woke(const Args& args);

    ScriptWorld& world_;
    Ledger& ledger_;
    std::function<bool()> alive_;
    std::multiset<std::string> busy_; // roots of what does something at this moment
    std::size_t limited_ = 0;         // of these, those of the function that has a limit
};

} // namespace forager::test
