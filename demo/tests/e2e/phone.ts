/** A phone with the app open, for all tests of a file. */
import { afterAll, beforeAll } from "vitest";
import { type Browser, type Options, launch, ready } from "./browser";
import { type Served, serve } from "./server";

export interface Phone extends Browser {
  served: Served;
}

/** Opens the app before the first test of the file and closes it after the last; its fields are there in between. */
export function usePhone(options: Options = {}): Phone {
  const phone = {} as Phone;
  beforeAll(async () => {
    const served = await serve();
    Object.assign(phone, await launch(options), { served });
    await phone.page.goto(served.address);
    await ready(phone.page);
  });
  afterAll(async () => {
    await phone.close();
    await phone.served.stop();
  });
  return phone;
}
