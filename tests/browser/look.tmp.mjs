import { chromium } from 'playwright-core';
import { serve } from './server.mjs';
import { Visitor } from './visitor.mjs';
import { saved } from './browsers.mjs';
import { writeFileSync, mkdirSync } from 'node:fs';
mkdirSync('/tmp/exp-out',{recursive:true});
const s=await serve('target/page-dist',{policy: "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; frame-src 'self'"});
const b=await chromium.launch({executablePath:'/usr/bin/chromium',args:['--no-sandbox']});
for (const scheme of ['light','dark']) {
  const page=await (await b.newContext({viewport:{width:1440,height:900},colorScheme:scheme,reducedMotion:'reduce'})).newPage();
  page.on('console',m=>console.log(m.type(),m.text().slice(0,200))); page.on('pageerror',e=>console.log('ERR',e.message));
  await page.goto(s.url); await page.waitForFunction(()=>document.documentElement.dataset.lab==='ready');
  const who=new Visitor(page);
  await who.press('Next election'); await who.press('Diagram'); await who.step(3);
  await who.menu('Export…'); await who.dialog().waitFor();
  await page.screenshot({path:`/tmp/exp-out/dialog-${scheme}.png`});
  for (const name of ['Stage as SVG','Stage as PNG','Diagram as SVG','Diagram as PNG']) {
    const f=await saved(page,()=>who.dialog().getByRole('button',{name,exact:true}).click());
    writeFileSync(`/tmp/exp-out/${scheme}-${f.name}`,f.bytes);
  }
  await who.close();
  await who.link();
  await page.screenshot({path:`/tmp/exp-out/share-${scheme}.png`});
  await who.dialog().getByLabel(/^As/).selectOption({index:1});
  const code=who.dialog().getByRole('textbox',{name:'Code to embed this moment'});
  console.log(await code.inputValue());
  await code.scrollIntoViewIfNeeded();
  await page.screenshot({path:`/tmp/exp-out/share2-${scheme}.png`});
  await who.dialog().getByRole('button',{name:'Preview',exact:true}).click();
  await page.waitForTimeout(2500);
  await who.dialog().locator('iframe').scrollIntoViewIfNeeded();
  await page.screenshot({path:`/tmp/exp-out/share3-${scheme}.png`});
  // the pictures on a white and a black page
  for (const ground of ['white','black']) {
    const p=await b.newPage({viewport:{width:1300,height:1500}});
    const { readFileSync } = await import('node:fs');
    const uri=(n,k)=>`data:${k};base64,${readFileSync(`/tmp/exp-out/${scheme}-quorumscope-${n}`).toString('base64')}`;
    await p.setContent(`<body style="background:${ground};margin:40px"><img width=900 src="${uri('stage.svg','image/svg+xml')}"><br><br><img width=1200 src="${uri('diagram.svg','image/svg+xml')}"><br><br><img width=500 src="${uri('stage.png','image/png')}"> <img width=600 src="${uri('diagram.png','image/png')}">`);
    await p.screenshot({path:`/tmp/exp-out/on-${ground}-${scheme}.png`}); await p.close();
  }
}
await b.close(); s.close();
